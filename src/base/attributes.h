/* attributes.h: compiler attributes used across the project. Layer: base. */
#ifndef MATINEE_BASE_ATTRIBUTES_H
#define MATINEE_BASE_ATTRIBUTES_H

/** The caller has to look at the result: it says whether the call succeeded. */
#define MUST_USE __attribute__((warn_unused_result))

/** Argument number `which` (from 1) is a printf format, its values start at argument `first`. */
#define PRINTF_LIKE(which, first) __attribute__((format(printf, which, first)))

/** Marks a parameter that a function type demands and this function does not need. */
#define UNUSED __attribute__((unused))

/** The function never comes back. */
#define NO_RETURN __attribute__((noreturn))

/** The function is called seldom: it stays out of its callers, so that those are short where they
 * are called often. */
#define SELDOM __attribute__((cold, noinline))

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

#endif
