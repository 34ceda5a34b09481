#include "search/tokenizer.h"

#include "base/limits.h"
#include "base/utf8.h"

#include <utf8proc.h>

enum {
    /* Words that hyphens and apostrophes join; longer rows of them are no word. */
    PIECES = 8,
    /* Code points that one becomes when it is folded: 18 at most (U+FDFA). */
    FOLDED = 32,
};

/* NFKC_Casefold, in decomposed form. */
static const utf8proc_option_t fold =
    (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |
                        UTF8PROC_IGNORE);

/* A letter of a script that is looked for in pieces of two. */
struct letter {
    char bytes[4];
    size_t len;
    size_t begin, end;
};

/* A part of a joined word: `len` of its bytes from `at` on. */
struct piece {
    size_t at, len;
    size_t begin, end;
};

struct words {
    token_visit *visit;
    void *context;
    enum tokenizer_use use;
    bool stopped;

    /* A word of an alphabet, and those that are joined to it: their bytes, one after the other. */
    char bytes[2 * LIMIT_SEARCH_TOKEN];
    size_t len;
    struct piece pieces[PIECES];
    size_t count;
    bool joining;     /* a hyphen or an apostrophe stands behind it */
    bool after_plain; /* its last letter is one that loses its marks */

    /* A run of letters that are looked for in pieces of two. */
    struct letter last;
    size_t run;
};

/* --- what leaves --------------------------------------------------------------------------------
 */

static void emit(struct words *words, const struct token *token)
{
    words->stopped = words->stopped || !words->visit(words->context, token);
}

/* The word and what is joined to it. */
static void end_word(struct words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        const struct piece *piece = &words->pieces[i];
        const struct token token = { .bytes = { words->bytes + piece->at, piece->len },
                                     .begin = piece->begin,
                                     .end = piece->end };
        emit(words, &token);
        if (i == 0 && words->count > 1 && words->use == TOKENIZER_TEXT) {
            const struct token joined = { .bytes = { words->bytes, words->len },
                                          .begin = piece->begin,
                                          .end = words->pieces[words->count - 1].end,
                                          .beside = true };
            emit(words, &joined);
        }
    }
    words->count = 0;
    words->len = 0;
    words->joining = false;
    words->after_plain = false;
}

/* The last letter of a run: the whole run, when it is the only one. */
static void end_run(struct words *words)
{
    if (words->run == 1 || (words->run > 1 && words->use == TOKENIZER_TEXT)) {
        const struct token token = { .bytes = { words->last.bytes, words->last.len },
                                     .begin = words->last.begin,
                                     .end = words->last.end,
                                     .beside = words->run > 1,
                                     .lone = true };
        emit(words, &token);
    }
    words->run = 0;
}

static void end_all(struct words *words)
{
    if (words->count > 0) {
        end_word(words);
    }
    if (words->run > 0) {
        end_run(words);
    }
}

/* --- what comes in ------------------------------------------------------------------------------
 */

/* Scripts whose accents are taken off, as slugs do: there a letter without its accent is what
 * people type. */
static bool loses_accents(int32_t c)
{
    return (c >= 'A' && c <= 'z') || (c >= 0xC0 && c <= 0x24F) || (c >= 0x370 && c <= 0x52F) ||
           (c >= 0x1E00 && c <= 0x1FFF);
}

/* Hangul, Han, kana, bopomofo. */
static bool is_in_pieces(int32_t c)
{
    return c >= 0x1100 &&
           (c <= 0x11FF || (c >= 0x3005 && c <= 0x3007) || (c >= 0x3041 && c <= 0x312F) ||
            (c >= 0x31A0 && c <= 0x31FF) || (c >= 0x3400 && c <= 0x9FFF) ||
            (c >= 0xA960 && c <= 0xA97F) || (c >= 0xAC00 && c <= 0xD7FF) ||
            (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF));
}

/* Those of them that fold to themselves. */
static bool folds_to_itself(int32_t c)
{
    return (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0x4E00 && c <= 0x9FEF) ||
           (c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FA);
}

static bool is_joint(int32_t c)
{
    return c == '-' || c == '\'' || (c >= 0x2010 && c <= 0x2011) || (c >= 0x2018 && c <= 0x2019);
}

static void add_to_run(struct words *words, int32_t c, size_t begin, size_t end)
{
    struct letter letter = { .begin = begin, .end = end };
    utf8proc_uint8_t bytes[4];
    letter.len = (size_t)utf8proc_encode_char(c, bytes);
    memcpy(letter.bytes, bytes, letter.len);
    if (words->count > 0) {
        end_word(words);
    }
    if (words->run > 0) {
        char both[sizeof letter.bytes * 2];
        memcpy(both, words->last.bytes, words->last.len);
        memcpy(both + words->last.len, letter.bytes, letter.len);
        const struct token token = { .bytes = { both, words->last.len + letter.len },
                                     .begin = words->last.begin,
                                     .end = end };
        emit(words, &token);
    }
    words->last = letter;
    words->run++;
}

/* The piece that the next letter belongs to. */
static struct piece *open_piece(struct words *words, size_t begin)
{
    if (words->run > 0) {
        end_run(words);
    }
    if (words->count > 0 && !words->joining) {
        return &words->pieces[words->count - 1];
    }
    if (words->count == PIECES || words->len > LIMIT_SEARCH_TOKEN) {
        end_word(words);
    }
    words->joining = false;
    struct piece *piece = &words->pieces[words->count++];
    *piece = (struct piece){ .at = words->len, .begin = begin };
    return piece;
}

/* What does not fit is passed over, in texts and in queries alike. */
static void add_to_word(struct words *words, int32_t c, size_t begin, size_t end)
{
    struct piece *piece = open_piece(words, begin);
    utf8proc_uint8_t bytes[4];
    size_t len = 1;
    bytes[0] = (utf8proc_uint8_t)c;
    if (c >= 0x80) {
        len = (size_t)utf8proc_encode_char(c, bytes);
    }
    piece->end = end;
    words->after_plain = loses_accents(c);
    if (piece->len + len <= LIMIT_SEARCH_TOKEN) {
        memcpy(words->bytes + words->len, bytes, len);
        words->len += len;
        piece->len += len;
    }
}

static void add_mark(struct words *words, int32_t c, size_t begin, size_t end)
{
    if (words->count == 0 || words->joining) {
        if (words->run == 0) {
            end_all(words);
        }
    } else if (words->after_plain) {
        words->pieces[words->count - 1].end = end;
    } else {
        add_to_word(words, c, begin, end);
    }
}

/* What is neither letter nor mark. */
static void add_gap(struct words *words, int32_t c)
{
    const bool joins = is_joint(c) && words->count > 0 && !words->joining;
    if (!joins) {
        end_all(words);
    }
    words->joining = joins;
}

/* Add a folded code point, which was made from the bytes [begin, end). */
static void add(struct words *words, int32_t c, size_t begin, size_t end)
{
    const enum utf8_class class = utf8_class(c);
    if (class == UTF8_MARK) {
        add_mark(words, c, begin, end);
    } else if (class != UTF8_LETTER) {
        add_gap(words, c);
    } else if (is_in_pieces(c)) {
        add_to_run(words, c, begin, end);
    } else {
        add_to_word(words, c, begin, end);
    }
}

/* Take off marks behind letters that lose them. */
static size_t drop_marks(int32_t *points, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || utf8_class(points[i]) != UTF8_MARK || !loses_accents(points[kept - 1])) {
            points[kept++] = points[i];
        }
    }
    return kept;
}

/* Signs that make the kana before them voiced, which in half width are letters of their own. */
static bool is_voice(int32_t c)
{
    return c == 0x3099 || c == 0x309A || c == 0xFF9E || c == 0xFF9F;
}

/* Fold and add the code points that stand in [begin, end): one, or a kana with the sign behind it.
 */
static void add_folded(struct words *words, const int32_t *points, size_t count, size_t begin,
                       size_t end)
{
    int32_t folded[2 * FOLDED];
    int bound = 0;
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        const utf8proc_ssize_t more =
            utf8proc_decompose_char(points[i], folded + length, FOLDED, fold, &bound);
        length += more > 0 && more <= FOLDED ? (size_t)more : 0;
    }
    length = drop_marks(folded, length);
    const utf8proc_ssize_t composed = utf8proc_normalize_utf32(
        folded, (utf8proc_ssize_t)length, (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    for (utf8proc_ssize_t i = 0; i < composed; i++) {
        add(words, folded[i], begin, end);
    }
}

/* Add the code point at `at`, which is not ASCII; returns where the next one is. */
static size_t add_next(struct words *words, slice text, size_t at)
{
    int32_t points[2];
    size_t used = utf8_decode(slice_from(text, at), &points[0]);
    if (used == 0) {
        end_all(words);
        return at + 1;
    }
    size_t next = at + used;
    if (folds_to_itself(points[0])) {
        const size_t more = utf8_decode(slice_from(text, next), &points[1]);
        if (more == 0 || !is_voice(points[1])) {
            add_to_run(words, points[0], at, next);
            return next;
        }
    }
    size_t count = 1;
    used = utf8_decode(slice_from(text, next), &points[1]);
    if (used > 0 && is_voice(points[1])) {
        next += used;
        count = 2;
    }
    add_folded(words, points, count, at, next);
    return next;
}

/* Letters and digits of ASCII, made small; 0 for everything else. */
static char ascii_letter(char c)
{
    const char small = (char)(c | 0x20);
    if (small >= 'a' && small <= 'z') {
        return small;
    }
    return c >= '0' && c <= '9' ? c : '\0';
}

/* Add the run of them at `at`, of which there is one at least: most texts consist of such runs.
 * Returns where it ends. */
static size_t add_ascii_run(struct words *words, slice text, size_t at)
{
    struct piece *piece = open_piece(words, at);
    char c;
    while (at < text.len && (c = ascii_letter(text.ptr[at])) != '\0') {
        if (piece->len < LIMIT_SEARCH_TOKEN) {
            words->bytes[words->len++] = c;
            piece->len++;
        }
        at++;
    }
    piece->end = at;
    words->after_plain = loses_accents(text.ptr[at - 1]);
    return at;
}

bool tokenizer_run(slice text, enum tokenizer_use use, token_visit *visit, void *context)
{
    struct words words = { .visit = visit, .context = context, .use = use };
    size_t at = 0;
    while (at < text.len && !words.stopped) {
        const char c = text.ptr[at];
        if ((unsigned char)c >= 0x80) {
            at = add_next(&words, text, at);
        } else if (ascii_letter(c) != '\0') {
            at = add_ascii_run(&words, text, at);
        } else {
            add_gap(&words, c);
            at++;
        }
    }
    end_all(&words);
    return !words.stopped;
}

/* --- FTS5 ---------------------------------------------------------------------------------------
 */

struct fts_visit {
    void *context;
    int (*take)(void *context, int flags, const char *token, int length, int begin, int end);
    int result;
};

static bool take_token(void *context, const struct token *token)
{
    struct fts_visit *visit = context;
    visit->result =
        visit->take(visit->context, token->beside ? FTS5_TOKEN_COLOCATED : 0, token->bytes.ptr,
                    (int)token->bytes.len, (int)token->begin, (int)token->end);
    return visit->result == SQLITE_OK;
}

static int fts_tokenize(UNUSED Fts5Tokenizer *tokenizer, void *context, int flags, const char *text,
                        int length,
                        int (*take)(void *context, int flags, const char *token, int length,
                                    int begin, int end))
{
    struct fts_visit visit = { context, take, SQLITE_OK };
    const bool query = (flags & FTS5_TOKENIZE_QUERY) != 0;
    (void)tokenizer_run((slice){ text, text == NULL || length < 0 ? 0 : (size_t)length },
                        query ? TOKENIZER_QUERY : TOKENIZER_TEXT, take_token, &visit);
    return visit.result;
}

/* There is nothing to remember: all tokenizers are this one. */
static int fts_create(UNUSED void *context, UNUSED const char **arguments, UNUSED int count,
                      Fts5Tokenizer **out)
{
    static char the_one;
    *out = (Fts5Tokenizer *)&the_one;
    return SQLITE_OK;
}

static void fts_delete(UNUSED Fts5Tokenizer *tokenizer)
{
}

fts5_api *tokenizer_api(sqlite3 *database)
{
    fts5_api *api = NULL;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(database, "SELECT fts5(?1)", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_bind_pointer(statement, 1, (void *)&api, "fts5_api_ptr", NULL) == SQLITE_OK) {
        (void)sqlite3_step(statement);
    }
    (void)sqlite3_finalize(statement);
    return api;
}

bool tokenizer_register(sqlite3 *database)
{
    fts5_tokenizer functions = { fts_create, fts_delete, fts_tokenize };
    fts5_api *api = tokenizer_api(database);
    return api != NULL &&
           api->xCreateTokenizer(api, TOKENIZER_NAME, NULL, &functions, NULL) == SQLITE_OK;
}
