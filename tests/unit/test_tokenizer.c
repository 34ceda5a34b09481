#include "check.h"

#include "base/attributes.h"
#include "base/buf.h"
#include "base/limits.h"
#include "search/tokenizer.h"

#include <string.h>

struct written {
    struct buf out;
    slice text; /* of which the places are shown; empty: they are not */
    slice before;
    size_t most;
};

/* `token`, or `+token` beside the one before; with what it was made from in brackets. */
static bool write_token(void *context, const struct token *token)
{
    struct written *written = context;
    buf_puts(&written->out, written->out.len > 0 ? " " : "");
    buf_puts(&written->out, token->beside ? "+" : "");
    buf_put(&written->out, token->bytes);
    if (written->text.len > 0) {
        assert_true(token->begin < token->end && token->end <= written->text.len);
        buf_printf(&written->out, "[%.*s]",
                   SLICE_ARG(slice_head(slice_from(written->text, token->begin),
                                        token->end - token->begin)));
    }
    return written->most == 0 || --written->most > 0;
}

static void expect(const char *text, enum tokenizer_use use, bool places, const char *expected)
{
    struct written written = { .text = places ? slice_of(text) : SLICE_EMPTY };
    buf_init(&written.out, 100000);
    assert_true(tokenizer_run(slice_of(text), use, write_token, &written));
    assert_slice_equal(buf_slice(&written.out), expected);
    buf_release(&written.out);
}

static void splits_and_folds(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *in_text;
        const char *in_query;
    } cases[] = {
        { "", "", "" },
        { " -- !", "", "" },
        { "Miracle in Cell No. 7", "miracle in cell no 7", "miracle in cell no 7" },
        { "Amélie, ÉTÉ", "amelie ete", "amelie ete" },
        { "Ame\xCC\x81lie", "amelie", "amelie" },
        { "Ελλάδα Ёлки", "ελλαδα елки", "ελλαδα елки" },
        { "Straße ﬁn", "strasse fin", "strasse fin" },
        { "ＦＵＬＬ　ｗｉｄｔｈ", "full width", "full width" },
        { "soft\xC2\xADhyphen", "softhyphen", "softhyphen" },
        { "हिन्दी", "हिन्दी", "हिन्दी" }, /* marks of other scripts stay */
        { "foo\xFF\x62\x61r \xED\xA0\x80 \xC3", "foo bar", "foo bar" },
        /* what is joined */
        { "Lee Hwan-kyung", "lee hwan +hwankyung kyung", "lee hwan kyung" },
        { "don't", "don +dont t", "don t" },
        { "Yong’s", "yong +yongs s", "yong s" },
        { "state-of-the-art", "state +stateoftheart of the art", "state of the art" },
        { "this -- that", "this that", "this that" },
        { "rock 'n' roll-", "rock n roll", "rock n roll" },
        { "a-b-c-d-e-f-g-h-i", "a +abcdefgh b c d e f g h i", "a b c d e f g h i" },
        /* Korean, Japanese, Chinese */
        { "꽃", "꽃", "꽃" },
        { "선물", "선물 +물", "선물" },
        { "7번방의 선물", "7 번방 방의 +의 선물 +물", "7 번방 방의 선물" },
        { "K드라마", "k 드라 라마 +마", "k 드라 라마" },
        { "A급B", "a 급 b", "a 급 b" },
        { "東京物語", "東京 京物 物語 +語", "東京 京物 物語" },
        { "となりのトトロ", "とな なり りの のト トト トロ +ロ", "とな なり りの のト トト トロ" },
        { "ラーメン", "ラー ーメ メン +ン", "ラー ーメ メン" },
        { "ｶﾞｲﾄﾞ", "ガイ イド +ド", "ガイ イド" },
        { "か\xE3\x82\x99く", "がく +く", "がく" },
        { "㈱東", "株 東", "株 東" },
        { "ㅋㅋㅋ", "ᄏᄏ ᄏᄏ +ᄏ", "ᄏᄏ ᄏᄏ" },
        { "한국-영화", "한국 +국 영화 +화", "한국 영화" },
        { "韓國영화", "韓國 國영 영화 +화", "韓國 國영 영화" },
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        expect(cases[i].text, TOKENIZER_TEXT, false, cases[i].in_text);
        expect(cases[i].text, TOKENIZER_QUERY, false, cases[i].in_query);
    }
}

static void says_where_they_were(void **state)
{
    (void)state;
    expect("Été, Hwan-kyung!", TOKENIZER_TEXT, true,
           "ete[Été] hwan[Hwan] +hwankyung[Hwan-kyung] kyung[kyung]");
    expect("ame\xCC\x81 x", TOKENIZER_TEXT, true, "ame[ame\xCC\x81] x[x]");
    expect("7번방의 선물", TOKENIZER_TEXT, true,
           "7[7] 번방[번방] 방의[방의] +의[의] 선물[선물] +물[물]");
    expect("ｶﾞｲ", TOKENIZER_TEXT, true, "ガイ[ｶﾞｲ] +イ[ｲ]");
}

static void ends_when_told(void **state)
{
    (void)state;
    struct written written = { .most = 2 };
    buf_init(&written.out, 1000);
    assert_false(tokenizer_run(SLICE("one two three 한국"), TOKENIZER_TEXT, write_token, &written));
    assert_slice_equal(buf_slice(&written.out), "one two");
    buf_release(&written.out);
}

static bool has_length(void *context, const struct token *token)
{
    *(size_t *)context = token->bytes.len;
    return true;
}

static void bounds_a_word(void **state)
{
    (void)state;
    char text[5000];
    size_t length = 0;
    memset(text, 'a', sizeof text);
    assert_true(tokenizer_run((slice){ text, sizeof text }, TOKENIZER_TEXT, has_length, &length));
    assert_int_equal(length, LIMIT_SEARCH_TOKEN);
}

/* --- with FTS5 ----------------------------------------------------------------------------------
 */

static void run_sql(sqlite3 *database, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(database, sql, NULL, NULL, &message) != SQLITE_OK) {
        fail_msg("%s: %s", sql, message);
    }
}

static bool finds(sqlite3 *database, const char *text, const char *expression)
{
    sqlite3_stmt *statement = NULL;
    run_sql(database, "DELETE FROM words");
    assert_int_equal(
        sqlite3_prepare_v2(database, "INSERT INTO words VALUES (?1)", -1, &statement, NULL),
        SQLITE_OK);
    sqlite3_bind_text(statement, 1, text, -1, SQLITE_STATIC);
    assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
    sqlite3_finalize(statement);
    assert_int_equal(sqlite3_prepare_v2(database, "SELECT rowid FROM words WHERE words MATCH ?1",
                                        -1, &statement, NULL),
                     SQLITE_OK);
    sqlite3_bind_text(statement, 1, expression, -1, SQLITE_STATIC);
    const int result = sqlite3_step(statement);
    sqlite3_finalize(statement);
    assert_true(result == SQLITE_ROW || result == SQLITE_DONE);
    return result == SQLITE_ROW;
}

static void is_a_tokenizer_of_fts5(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *expression;
        bool found;
    } cases[] = {
        { "7번방의 선물", "\"번방\"", true },
        { "7번방의 선물", "\"방의\"", true },
        { "7번방의 선물", "\"7번방의 선물\"", true },
        { "7번방의 선물", "\"방의 선물\"", true },
        { "7번방의 선물", "\"7번\" *", true },
        { "7번방의 선물", "\"방\" *", true },
        { "7번방의 선물", "\"의\" *", true },
        { "7번방의 선물", "\"물\" *", true },
        { "7번방의 선물", "\"의선\"", false },
        { "7번방의 선물", "\"번의\"", false },
        { "그 남자가 왔다", "\"그 남자\"", true },
        { "대한민국", "\"한민\"", true },
        { "대한민국", "\"대한국\"", false },
        { "Lee Hwan-kyung said", "\"hwan-kyung said\"", true },
        { "Lee Hwan-kyung said", "\"hwankyung\"", true },
        { "Lee Hwan-kyung said", "\"hwan kyung\"", true },
        { "Lee Hwan-kyung said", "\"LEE\" \"KYUNG\"", true },
        { "Amélie", "\"amelie\"", true },
        { "amelie", "\"AMÉLIE\"", true },
    };
    sqlite3 *database = NULL;
    assert_int_equal(sqlite3_open(":memory:", &database), SQLITE_OK);
    assert_true(tokenizer_register(database));
    run_sql(database,
            "CREATE VIRTUAL TABLE words USING fts5(text, tokenize = '" TOKENIZER_NAME "')");
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        if (finds(database, cases[i].text, cases[i].expression) != cases[i].found) {
            fail_msg("%s in %s", cases[i].expression, cases[i].text);
        }
    }
    sqlite3_close(database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_and_folds),       cmocka_unit_test(says_where_they_were),
        cmocka_unit_test(ends_when_told),         cmocka_unit_test(bounds_a_word),
        cmocka_unit_test(is_a_tokenizer_of_fts5),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
