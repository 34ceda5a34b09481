#include "check.h"

#include "base/attributes.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "cmd/plot.h"
#include "cmd/terminal.h"

static const struct plot_row rows[] = {
    { SLICE_INIT("2026-01"), 2 },
    { SLICE_INIT("2026-02"), 0 },
    { SLICE_INIT("2026-03"), 1000 },
};

static void bars(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, 4096);
    plot_put(&out, "Words", rows, ARRAY_LENGTH(rows), 40);
    assert_slice_equal(buf_slice(&out), "Words\n"
                                        "  2026-01    2 #\n"
                                        "  2026-02    0\n"
                                        "  2026-03 1000 #########################\n");
    buf_clear(&out);
    plot_put(&out, "Words", rows, 0, 40);
    assert_slice_equal(buf_slice(&out), "");
    plot_put(&out, "Nothing", rows + 1, 1, 40);
    assert_slice_equal(buf_slice(&out), "Nothing\n  2026-02 0\n");
    buf_release(&out);
}

static void every_line_fits(void **state)
{
    (void)state;
    static const struct plot_row wide[] = {
        { SLICE_INIT("A genre with a name that is much longer than any label should be, or is"),
          7 },
        { SLICE_INIT("역사적인 이야기를 다룬 한국의 드라마와 영화 그리고 다른 모든 것에 대하여"),
          9 },
        { SLICE_INIT("A\033[31m"), 99999999 },
        { SLICE_INIT("B"), 1 },
    };
    struct buf out;
    buf_init(&out, 1 << 16);
    for (unsigned columns = 0; columns <= 300; columns++) {
        const unsigned bound = columns < 40 ? 40 : columns > 200 ? 200 : columns;
        unsigned widest = 0;
        buf_clear(&out);
        plot_put(&out, "Genres", wide, ARRAY_LENGTH(wide), columns);
        slice line;
        for (slice rest = buf_slice(&out); slice_next_line(&rest, &line);) {
            const unsigned width = terminal_width(line);
            widest = width > widest ? width : widest;
            assert_int_equal(slice_find_byte(line, '\033'), line.len);
        }
        assert_int_equal(widest, bound);
    }
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars),
        cmocka_unit_test(every_line_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
