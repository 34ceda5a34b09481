/* check.h: what unit tests share: cmocka, and a comparison of slices that prints both. */
#ifndef MATINEE_TESTS_UNIT_CHECK_H
#define MATINEE_TESTS_UNIT_CHECK_H

/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/slice.h"

#define assert_slice_equal(actual, expected) \
    check_slice_equal((actual), slice_of(expected), __FILE__, __LINE__)

static inline void check_slice_equal(slice actual, slice expected, const char *file, int line)
{
    if (!slice_equal(actual, expected)) {
        print_error("got      \"%.*s\"\nexpected \"%.*s\"\n", SLICE_ARG(actual),
                    SLICE_ARG(expected));
        _fail(file, line);
    }
}

#endif
