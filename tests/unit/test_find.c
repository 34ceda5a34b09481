/* The index of a capsule's words, from its file to what is found. */
#include "pages.h"

#include "base/file.h"
#include "base/folder.h"
#include "search/find.h"
#include "search/index.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT_MS = 10000 };

struct fixture {
    struct world world;
    char folder[64];
    char path[80];
    struct finder *finder;
    struct find_result result;
    struct search_update update;
};

static struct fixture *begin(void)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    world_begin(&fixture->world);
    (void)snprintf(fixture->folder, sizeof fixture->folder, "/tmp/matinee-find-XXXXXX");
    assert_non_null(mkdtemp(fixture->folder));
    (void)snprintf(fixture->path, sizeof fixture->path, "%s/words", fixture->folder);
    fixture->finder = finder_new(fixture->path);
    assert_non_null(fixture->finder);
    return fixture;
}

static void end(struct fixture *fixture)
{
    finder_free(fixture->finder);
    world_end(&fixture->world);
    assert_true(folder_remove(AT_FDCWD, fixture->folder));
    free(fixture);
}

static void update(struct fixture *fixture, bool check)
{
    struct buf problem;
    buf_init(&problem, 1000);
    world_ready(&fixture->world);
    if (!search_index_update(fixture->path, &fixture->world.capsule, check, &fixture->update,
                             &problem)) {
        fail_msg("%.*s", SLICE_ARG(buf_slice(&problem)));
    }
    buf_release(&problem);
}

static enum find_outcome ask(struct fixture *fixture, const char *typed, size_t page,
                             const struct find_options *options)
{
    struct search_query query;
    const char *problem = NULL;
    if (!search_query_parse(slice_of(typed), &query, &problem)) {
        fail_msg("%s: %s", typed, problem);
    }
    return finder_find(fixture->finder, &fixture->world.capsule, &query, page, options,
                       &fixture->result);
}

static const struct find_options listed = { .limit_ms = LIMIT_MS };

/* The slugs that are found, best first; of quotes with their ids. */
static void expect_with(struct fixture *fixture, const char *typed,
                        const struct find_options *options, const char *expected)
{
    struct buf found;
    buf_init(&found, 100000);
    assert_int_equal(ask(fixture, typed, 0, options), FIND_DONE);
    for (size_t i = 0; i < fixture->result.count; i++) {
        const struct find_hit *hit = &fixture->result.hits[i];
        buf_puts(&found, i > 0 ? " " : "");
        buf_put(&found, hit->review->slug);
        if (hit->quote != NULL) {
            buf_putc(&found, '/');
            buf_put(&found, hit->quote->id);
        }
    }
    if (!slice_equal(buf_slice(&found), slice_of(expected))) {
        fail_msg("%s: found \"%.*s\", not \"%s\"", typed, SLICE_ARG(buf_slice(&found)), expected);
    }
    buf_release(&found);
}

static void expect(struct fixture *fixture, const char *typed, const char *expected)
{
    expect_with(fixture, typed, &listed, expected);
}

static void add_reviews(struct fixture *fixture)
{
    struct world *world = &fixture->world;
    world_review(world, "cell",
                 "Title: The Gift of Cell Nine\nOriginal-Title: 9번방의 선물\n"
                 "Romanized: Gubeonbang-ui Seonmul\nPublished: 2025-05-05\nYear: 2013\n"
                 "Director: Lee Hwan-kyung\nCast: Ryu Seung as Yong, 박신혜 as the daughter\n"
                 "Tags: KoreanFilm, Courtroom\nGenre: Drama\nPlatform: Viki\n\n"
                 "A father and his girl, under a plum tree.\n\n"
                 "## Overall Story\nThe balloon rises over the wall.\n\n"
                 "## Memorable Lines\n> I promise.\n— Yong, to his daughter\nHe keeps it.\n\n"
                 "> Thank you for being my father.\n— Ye-sung\n");
    world_review(world, "garden",
                 "Title: A Winter Garden\nPublished: 2025-06-05\nYear: 1999\n"
                 "Director: Amélie Étoile\nTags: Slow\nGenre: Drama\n\n"
                 "Nothing is promised here; a gift of silence. The café is closed.\n\n"
                 "## Lines\n> Winter is a promise.\n— The gardener\n");
    world_review(world, "station",
                 "Title: Station\nPublished: 2025-07-05\nYear: 2016\n"
                 "Director: Yeon Sang\nTags: KoreanFilm, Horror\n\n"
                 "대한민국 영화. A train, a father, and no cell that holds them. Don't run.\n");
}

static void finds_what_is_there(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        const char *expected;
    } cases[] = {
        { "balloon", "cell" },
        { "BALLOON wall", "cell" },
        { "father", "station cell" },
        { "cell", "cell station" }, /* the title before the text */
        { "gift", "cell garden" },
        { "plum promise", "cell" }, /* in different sections */
        { "\"plum tree\"", "cell" },
        { "\"tree plum\"", "" },
        { "promis*", "garden cell" },
        { "father -train", "cell" },
        { "father -tag:horror", "cell" },
        { "tag:koreanfilm", "station cell" },
        { "tag:drama", "garden cell" },
        { "tag:viki", "cell" },
        { "tag:balloon", "" },
        { "person:lee", "cell" },
        { "person:\"hwan kyung\"", "cell" },
        { "person:hwankyung", "cell" },
        { "person:yong", "cell" },
        { "hwan-kyung", "cell" },
        { "year:2013", "cell" },
        { "year:1990-2014", "garden cell" },
        { "year:2013 father", "cell" },
        { "year:1950", "" },
        { "amelie etoile", "garden" },
        { "CAFÉ", "garden" },
        { "dont run", "station" },
        { "don’t", "station" },
        { "선물", "cell" },
        { "번방", "cell" },
        { "9번방", "cell" },
        { "9번", "cell" },
        { "방", "cell" },
        { "신혜", "cell" },
        { "한민", "station" },
        { "민국 영화", "station" },
        { "대국", "" },
        { "seonmul", "cell" },
        { "promise in:quotes", "garden/quote-winter-is-a-promise cell/quote-i-promise" },
        { "promise yong in:quotes", "cell/quote-i-promise" },
        { "balloon in:quotes", "" },
        { "year:1999 promise in:quotes", "garden/quote-winter-is-a-promise" },
        { "words OR AND", "" },
    };
    struct fixture *fixture = begin();
    add_reviews(fixture);
    update(fixture, false);
    assert_true(fixture->update.rebuilt);
    assert_int_equal(fixture->update.written, 3);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        expect(fixture, cases[i].typed, cases[i].expected);
    }
    end(fixture);
}

static void writes_what_has_changed(void **state)
{
    (void)state;
    struct fixture *fixture = begin();
    struct world *world = &fixture->world;
    add_reviews(fixture);
    update(fixture, false);
    expect(fixture, "balloon", "cell");
    update(fixture, true);
    assert_false(fixture->update.rebuilt);
    assert_int_equal(fixture->update.unchanged, 3);
    assert_int_equal(fixture->update.written, 0);
    /* another text, one more, one less */
    world->parts.review_count = 0;
    world_review(world, "cell", "Title: Cell\nPublished: 2025-05-05\n\nA kite rises.\n");
    world_review(world, "new", "Title: New\nPublished: 2025-05-06\n\nA kite and a baloon.\n");
    world_review(world, "station",
                 "Title: Station\nPublished: 2025-07-05\nYear: 2016\n"
                 "Director: Yeon Sang\nTags: KoreanFilm, Horror\n\n"
                 "대한민국 영화. A train, a father, and no cell that holds them. Don't run.\n");
    update(fixture, false);
    assert_false(fixture->update.rebuilt);
    assert_int_equal(fixture->update.unchanged, 1);
    assert_int_equal(fixture->update.written, 2);
    assert_int_equal(fixture->update.removed, 1);
    expect(fixture, "balloon", "");
    expect(fixture, "kite", "cell new");
    expect(fixture, "winter", "");
    expect(fixture, "train", "station");
    end(fixture);
}

static void write_file(const char *path, slice bytes)
{
    assert_true(file_write(AT_FDCWD, path, bytes, 0));
}

/* `size` bytes at `at` become 0xA5. */
static void damage(const char *path, off_t at, size_t size)
{
    char bytes[16384];
    int file = open(path, O_WRONLY | O_CLOEXEC);
    memset(bytes, 0xA5, sizeof bytes);
    assert_true(file >= 0 && size <= sizeof bytes);
    assert_int_equal(pwrite(file, bytes, size, at), size);
    close(file);
}

static void mends_what_is_damaged(void **state)
{
    (void)state;
    struct fixture *fixture = begin();
    sqlite3 *database = NULL;
    add_reviews(fixture);
    world_ready(&fixture->world);
    assert_int_equal(ask(fixture, "balloon", 0, &listed), FIND_NO_INDEX);
    for (size_t round = 0; round < 6; round++) {
        update(fixture, true);
        assert_true(fixture->update.rebuilt);
        expect(fixture, "balloon", "cell");
        switch (round) {
        case 0:
            write_file(fixture->path, SLICE("no database at all, but more than a few bytes"));
            break;
        case 1:
            write_file(fixture->path, SLICE_EMPTY);
            break;
        case 2:
            assert_int_equal(truncate(fixture->path, 6000), 0);
            break;
        case 3:
            damage(fixture->path, 4096, 8192);
            break;
        case 4:
            assert_true(search_index_open(fixture->path, SQLITE_OPEN_READWRITE, &database));
            assert_int_equal(sqlite3_exec(database, "PRAGMA user_version = 999", NULL, NULL, NULL),
                             SQLITE_OK);
            sqlite3_close(database);
            break;
        default:
            assert_int_equal(unlink(fixture->path), 0);
        }
        /* Whatever it is: an answer. */
        (void)ask(fixture, "balloon", 0, &listed);
        (void)ask(fixture, "balloon in:quotes", 0, &listed);
    }
    update(fixture, true);
    expect(fixture, "balloon", "cell");
    end(fixture);
}

static bool admits_all(void *context, const struct review *review)
{
    (void)context;
    return review != NULL;
}

static size_t near_to(struct fixture *fixture, const char *typed,
                      const struct find_options *options, struct find_near *near, size_t most)
{
    struct search_query query;
    const char *problem = NULL;
    assert_true(search_query_parse(slice_of(typed), &query, &problem));
    return finder_near(fixture->finder, &fixture->world.capsule, &query, options, near, most);
}

static void closed_areas_are_closed(void **state)
{
    (void)state;
    const struct find_options all = { .admits = admits_all, .limit_ms = LIMIT_MS };
    struct fixture *fixture = begin();
    struct find_near near[4];
    world_conf(&fixture->world,
               "Title: Notes\nClosed: /reviews/secret/ kim\n"
               "Certificate: kim "
               "1111111111111111111111111111111111111111111111111111111111111111\n");
    add_reviews(fixture);
    world_review(&fixture->world, "secret",
                 "Title: Hidden Orchard\nPublished: 2025-08-05\nYear: 2013\n\nA zeppelin.\n\n"
                 "> A zeppelin speaks.\n— The pilot\n");
    update(fixture, false);
    expect(fixture, "zeppelin", "");
    expect(fixture, "zeppelin in:quotes", "");
    expect(fixture, "orchard", "");
    expect(fixture, "year:2013", "cell");
    assert_int_equal(near_to(fixture, "zepelin", &listed, near, 4), 0);
    expect_with(fixture, "zeppelin", &all, "secret");
    expect_with(fixture, "year:2013", &all, "secret cell");
    assert_int_equal(near_to(fixture, "zepelin", &all, near, 4), 1);
    end(fixture);
}

static void says_what_is_written_nearly_so(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        const char *first;
    } cases[] = {
        { "baloon", "balloon" },
        { "ballono wall", "balloon wall" },
        { "\"plumm tree\"", NULL },
        { "person:huan-kyung", "person:Hwan-kyung" },
        { "hwankyang -train", "Hwan-kyung -train" },
        { "in:quotes promisse", "in:quotes promise" },
        { "leigh ryeo", NULL },
        { "ryeu seung", "Ryu seung" },
        { "person:ryeu-seong", NULL }, /* two names, one mistake in each */
        { "yeun", "Yeon" },
        { "hwan-gyeong", "Hwan-kyung" }, /* it sounds the same */
        { "person:yeon sahng -plum", "person:yeon Sang -plum" },
        { "Rhee, Hwan-gyeong", "Lee Hwan-kyung" }, /* two words at once */
        { "Rhee baloon -train", "Lee balloon -train" },
        { "qqqqqqqq", NULL },
        { "x", NULL },
        { "선물들", NULL },
    };
    struct fixture *fixture = begin();
    add_reviews(fixture);
    update(fixture, false);
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct find_near near[3];
        const size_t count = near_to(fixture, cases[i].typed, &listed, near, 3);
        if ((count > 0) != (cases[i].first != NULL)) {
            fail_msg("%s: %zu", cases[i].typed, count);
        }
        if (count > 0) {
            assert_slice_equal(((slice){ near[0].text, near[0].length }), cases[i].first);
            assert_true(near[0].total > 0);
        }
    }
    end(fixture);
}

static void has_pages_and_a_time(void **state)
{
    (void)state;
    enum { MANY = 545 };
    const struct find_options hasty = { .limit_ms = 0 };
    struct fixture *fixture = begin();
    for (unsigned i = 0; i < MANY; i++) {
        char slug[16];
        char text[128];
        (void)snprintf(slug, sizeof slug, "film-%03u", i);
        (void)snprintf(text, sizeof text, "Title: Film %u\nPublished: 20%02u-01-01\n\nSame text.\n",
                       i, i % 25);
        world_review(&fixture->world, slug, text);
    }
    update(fixture, false);
    size_t seen = 0;
    for (size_t page = 0; page < 30; page++) {
        assert_int_equal(ask(fixture, "same", page, &listed), FIND_DONE);
        assert_int_equal(fixture->result.total, MANY);
        seen += fixture->result.count;
        for (size_t i = 0; i < fixture->result.count; i++) {
            const struct find_hit *hits = fixture->result.hits;
            assert_true(i == 0 || hits[i - 1].rank < hits[i].rank ||
                        hits[i - 1].review->published >= hits[i].review->published);
        }
    }
    assert_int_equal(seen, MANY);
    assert_int_equal(ask(fixture, "same", SIZE_MAX / 2, &listed), FIND_DONE);
    assert_int_equal(fixture->result.count, 0);
    assert_int_equal(ask(fixture, "same", 0, &hasty), FIND_TOO_SLOW);
    assert_int_equal(ask(fixture, "same", 0, &listed), FIND_DONE);
    end(fixture);
}

/* The first `count` reviews anew, with a word that no other round has. */
static void write_round(struct world *world, unsigned round, unsigned count)
{
    const size_t before = world->parts.review_count;
    world->parts.review_count = 0;
    for (unsigned i = 0; i < count; i++) {
        char slug[16];
        char text[512];
        (void)snprintf(slug, sizeof slug, "film-%03u", i);
        (void)snprintf(text, sizeof text,
                       "Title: Film %u\nPublished: 2025-01-01\n\nCommon round%u.\n\n"
                       "> A line of round%u.\n— Somebody of many\n",
                       i, round, round);
        world_review(world, slug, text);
    }
    if (world->parts.review_count < before) {
        world->parts.review_count = before;
    }
}

static void expect_total(struct fixture *fixture, const char *word, unsigned round, size_t total)
{
    char typed[64];
    (void)snprintf(typed, sizeof typed, "%s%u", word, round);
    assert_int_equal(ask(fixture, typed, 0, &listed), FIND_DONE);
    assert_int_equal(fixture->result.total, total);
}

static void a_writer_may_be_killed(void **state)
{
    (void)state;
    enum { REVIEWS = 240, CHANGED = 60, ROUNDS = 16, STEP_NS = 1500000 };
    struct fixture *fixture = begin();
    write_round(&fixture->world, 0, REVIEWS);
    update(fixture, false);
    for (unsigned round = 1; round <= ROUNDS; round++) {
        struct buf problem;
        const struct timespec moment = { .tv_nsec = (long)round * STEP_NS };
        buf_init(&problem, 1000);
        /* Every fourth time a whole index is being written. */
        write_round(&fixture->world, round, CHANGED);
        world_ready(&fixture->world);
        assert_true(round % 4 != 0 || unlink(fixture->path) == 0);
        const pid_t writer = fork();
        assert_true(writer >= 0);
        if (writer == 0) {
            _exit(search_index_update(fixture->path, &fixture->world.capsule, false,
                                      &fixture->update, &problem)
                      ? 0
                      : 1);
        }
        (void)nanosleep(&moment, NULL);
        assert_int_equal(kill(writer, SIGKILL), 0);
        assert_int_equal(waitpid(writer, NULL, 0), writer);
        (void)ask(fixture, "common", 0, &listed); /* whatever it is */
        update(fixture, true);
        expect_total(fixture, "round", round, CHANGED);
        expect_total(fixture, "in:quotes round", round, CHANGED);
        expect_total(fixture, "round", round - 1, round == 1 ? REVIEWS - CHANGED : 0);
        expect_total(fixture, "round", 0, REVIEWS - CHANGED);
        buf_release(&problem);
    }
    end(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_what_is_there),
        cmocka_unit_test(writes_what_has_changed),
        cmocka_unit_test(mends_what_is_damaged),
        cmocka_unit_test(closed_areas_are_closed),
        cmocka_unit_test(says_what_is_written_nearly_so),
        cmocka_unit_test(has_pages_and_a_time),
        cmocka_unit_test(a_writer_may_be_killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
