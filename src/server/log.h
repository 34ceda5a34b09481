/* log.h: what the server says: messages, and a line for each request. Layer: server (includes
 * base/).
 *
 * Messages, for the person who runs it, are `matinee: …`; log_line.h has the lines of requests.
 * Each kind goes to stderr or to a file of its own. What a stranger sent is escaped. Each line is
 * one write(2), so lines of several processes do not mix.
 *
 * A log that cannot be written to stops nothing: a full disk, a pipe that nobody reads. Lines are
 * lost then, which is said among the messages as soon as it can be said.
 *
 * The files are opened by the master, before anybody becomes somebody else; loader and workers have
 * its descriptors. At SIGUSR1 it opens them anew (somebody has renamed them), and hands the new
 * ones to the loader; workers that were forked before finish their connections on the old files. */
#ifndef MATINEE_SERVER_LOG_H
#define MATINEE_SERVER_LOG_H

#include "base/attributes.h"
#include "base/diag.h"
#include "base/slice.h"
#include "server/log_line.h"

#include <stdbool.h>

/** Where lines go and what is in them; all strings live as long as the process. */
struct log_settings {
    bool no_requests;         /* they are not logged at all */
    const char *request_path; /* NULL: stderr */
    const char *message_path; /* NULL: stderr */
    enum log_form form;
    enum log_addresses addresses;
};

/** Open the files, mode 0640, appending. Before this call, and without it, all goes to stderr in
 * the common form. False, with the reason on stderr, when one cannot be opened. */
MUST_USE bool log_open(const struct log_settings *settings);
/** The server serves: from now on messages go to their file alone. Until then they are on stderr as
 * well, where whoever starts it looks. */
void log_started(void);

/** Open the files again. One that cannot be opened is kept as it is, with a message. False when
 * there is no file at all. */
bool log_reopen(void);

/** Descriptors of files that are logs, at most LOG_FILES, to be handed to another process: returns
 * how many. */
enum { LOG_FILES = 2 };
size_t log_files(int *fds);
/** Take over what log_files() of the master gave; the descriptors become the log's. */
void log_replace(const int *fds, size_t count);

/** Write `matinee: message`; line breaks and other control bytes in it are escaped. */
void log_message(const char *format, ...) PRINTF_LIKE(1, 2);
/** The same for what is not as it should be: a warning, where the log knows levels (systemd's
 * journal). */
void log_problem(const char *format, ...) PRINTF_LIKE(1, 2);
/** Write all problems in printed form, and nothing when there are none. */
void log_diags(const struct diags *diags);
void log_request(const struct log_request *request);

#endif
