/* elsewhere.h: commands that are a program of their own. Layer: cmd (includes base/).
 *
 * What a blog needs (libcurl, libxml2 and the thirty libraries that they bring along) would
 * cost each process of the server more than a megabyte. So `matinee import` and `matinee mirror`
 * are in a second program, matinee-blog, which the first one becomes. */
#ifndef MATINEE_CMD_ELSEWHERE_H
#define MATINEE_CMD_ELSEWHERE_H

/**
 * Become matinee-blog, which is beside this program, or in ../libexec/matinee of where this one is.
 * `argv[0]` is the command's name, `program` what this program was called as. Returns EXIT_FAILED,
 * with a message on stderr, when it is not there.
 */
int elsewhere_run(const char *program, int argc, char **argv);

#endif
