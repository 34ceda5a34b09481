#include "feeds.h"

#include <errno.h>

#define ATOM "<feed xmlns='http://www.w3.org/2005/Atom'>"

static void check_told(slice text, const char *told)
{
    struct fed fed = { 0 };
    feed_in(&fed, text, 100000);
    assert_slice_equal(buf_slice(&fed.told), told);
    fed_release(&fed);
}

static void check_many(const char *before, const char *part, size_t count, const char *told)
{
    struct buf text;
    buf_init(&text, (size_t)1 << 30);
    buf_puts(&text, before);
    for (size_t i = 0; i < count; i++) {
        buf_printf(&text, "%s", part);
    }
    check_told(buf_slice(&text), told);
    buf_release(&text);
}

static void entities_are_refused(void **state)
{
    (void)state;
    static const char told[] = "feed.xml:1: error: it declares entities of its own, which no feed "
                               "needs; it is not read\n";
    check_told(SLICE("<!DOCTYPE feed [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;'>]>" ATOM
                     "<title>&b;</title></feed>"),
               told);
    check_told(SLICE("<!DOCTYPE feed [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" ATOM
                     "<title>&a;</title></feed>"),
               told);
    check_told(
        SLICE("<!DOCTYPE feed [<!ENTITY % a SYSTEM 'http://127.0.0.1/x'>%a;]>" ATOM "</feed>"),
        told);
    /* Those of XML itself are none. */
    check_told(SLICE(ATOM "<title>&amp;&lt;&#65;&quot;</title></feed>"), "");
    check_told(SLICE(ATOM "<title>&nbsp;</title></feed>"),
               "feed.xml:1: error: not well-formed XML: Entity 'nbsp' not defined\n");
}

static void depth_is_bounded(void **state)
{
    (void)state;
    check_many(ATOM, "<a>", 100000,
               "feed.xml:1: error: more than 256 elements inside of each other\n");
    check_many(ATOM "<entry><content type='xhtml'>", "<div>", 100000,
               "feed.xml:1: error: more than 256 elements inside of each other\n");
}

static void tags_are_bounded(void **state)
{
    (void)state;
    static const char told[] =
        "feed.xml:1: error: a tag, comment or the like of more than 524288 bytes\n";
    check_many(ATOM "<entry title='", "xxxxxxxxxxxxxxxx", 1 << 18, told);
    check_many(ATOM "<xxx", "xxxxxxxxxxxxxxxx", 1 << 18, told);
    check_many(ATOM "<!--", "xxxxxxxxxxxxxxxx", 1 << 18, told);
    check_many(ATOM "<?x ", "xxxxxxxxxxxxxxxx", 1 << 18, told);
    check_many("<!DOCTYPE feed [", "<!ATTLIST a b CDATA 'c'>", 1 << 18, told);
}

static void attributes_are_bounded(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, (size_t)1 << 30);
    buf_puts(&text, ATOM "<entry");
    for (unsigned i = 0; i < 300; i++) {
        buf_printf(&text, " a%u=''", i);
    }
    buf_puts(&text, "/></feed>");
    check_told(buf_slice(&text), "feed.xml:1: error: an element with more than 256 attributes\n");
    buf_clear(&text);
    buf_puts(&text, ATOM "<entry");
    for (unsigned i = 0; i < 300; i++) {
        buf_printf(&text, " xmlns:a%u='u'", i);
    }
    buf_puts(&text, "/></feed>");
    check_told(buf_slice(&text), "feed.xml:1: error: more than 256 namespaces at one place\n");
    buf_clear(&text);
    /* One after the other is no matter. */
    buf_puts(&text, ATOM);
    for (unsigned i = 0; i < 1000; i++) {
        buf_printf(&text, "<x xmlns:a%u='u'/>", i);
    }
    buf_puts(&text, "</feed>");
    check_told(buf_slice(&text), "");
    buf_release(&text);
}

static void controls_become_blanks(void **state)
{
    (void)state;
    struct fed fed = { 0 };
    feed_in(&fed,
            SLICE(ATOM "<entry><title>a\x0B"
                       "b\0c</title></entry></feed>"),
            10);
    assert_true(fed.ok);
    assert_slice_equal(buf_slice(&fed.entries), "post live\n  title: a b c\n");
    assert_slice_equal(buf_slice(&fed.told),
                       "feed.xml: warning: 2 control characters, which no XML "
                       "may hold, became blanks\n");
    fed_release(&fed);
}

static void encodings(void **state)
{
    (void)state;
    struct fed fed = { 0 };
    feed_in(&fed,
            SLICE("<?xml version='1.0' encoding='ISO-8859-1'?>" ATOM
                  "<entry><title>caf\xE9</title></entry></feed>"),
            9);
    assert_true(fed.ok);
    assert_slice_equal(buf_slice(&fed.entries), "post live\n  title: caf\xC3\xA9\n");
    fed_release(&fed);
    feed_in(&fed, SLICE(ATOM "<entry><title>caf\xE9</title></entry></feed>"), 1000);
    assert_false(fed.ok);
    fed_release(&fed);
    check_told(
        SLICE(""),
        "feed.xml:1: error: not well-formed XML: it ends too early: a part of it is missing\n");
}

static ssize_t fails(void *context, char *into, size_t room)
{
    (void)context;
    (void)into;
    (void)room;
    errno = EIO;
    return -1;
}

static void says_when_it_cannot_be_read(void **state)
{
    (void)state;
    struct fed fed = { 0 };
    const struct byte_stream input = { SLICE("feed.xml"), fails, NULL };
    arena_init(&fed.arena);
    diags_init(&fed.diags);
    buf_init(&fed.entries, 1000);
    buf_init(&fed.told, 1000);
    assert_false(feed_read(&fed.arena, &input, &fed.feed, fed_visit, &fed, &fed.diags));
    diags_format(&fed.diags, &fed.told);
    assert_slice_equal(buf_slice(&fed.told), "feed.xml: error: Input/output error\n");
    fed_release(&fed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entities_are_refused),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(tags_are_bounded),
        cmocka_unit_test(attributes_are_bounded),
        cmocka_unit_test(controls_become_blanks),
        cmocka_unit_test(encodings),
        cmocka_unit_test(says_when_it_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
