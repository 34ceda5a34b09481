/* certificate_files.h: the folder of certificates. Layer: gemini (includes base/).
 *
 * FOLDER/NAME.crt is PEM, a certificate and its chain; FOLDER/NAME.key its key, PEM, mode 0600.
 * NAME is the host, a pattern's `*` written as host_put_file_name does. Nothing is ever replaced
 * unless asked for: clients pin certificates (TOFU).
 *
 * A pair is replaced in two renames, so between them a reader may find a new key with the old
 * certificate. It then finds the new certificate in FOLDER/.NAME.crt.new, and takes that one: also
 * when whoever renewed died in between. */
#ifndef MATINEE_GEMINI_CERTIFICATE_FILES_H
#define MATINEE_GEMINI_CERTIFICATE_FILES_H

#include "base/arena.h"
#include "gemini/certificate.h"

/**
 * Make a self-signed certificate for `names` (self_signed_new) and write its two files, named after
 * the first name. The folder is made when missing (0700). False, with a message in `error`, also
 * when one of the files exists.
 */
MUST_USE bool certificate_make(const char *folder, const slice *names, size_t name_count,
                               struct buf *error);
/**
 * Make another certificate for the names of FOLDER/NAME.crt and for `names`, NAME being the first
 * of these, and put it in its place, with a new key or, when `keep_key`, with the old one. Owner
 * and mode of the files stay. False, with a message in `error` and nothing changed: there is none,
 * it cannot be read (the key neither, when it is kept), or it was signed by somebody else, who has
 * to renew it.
 */
MUST_USE bool certificate_renew(const char *folder, const slice *names, size_t name_count,
                                bool keep_key, struct buf *error);
/**
 * Load FOLDER/NAME.crt and, when `with_key`, FOLDER/NAME.key. False with a message in `error` that
 * names the file: not there, not PEM, key and certificate do not belong together, a key file that
 * is encrypted, or that others may read (its group may: keys made by other tools are kept so).
 * `*missing` (when not NULL) tells whether it failed because neither file is there. `name` is the
 * program's or the operator's, never a stranger's: it becomes part of a path.
 */
MUST_USE bool certificate_load(const char *folder, slice name, bool with_key,
                               struct certificate *out, bool *missing, struct buf *error);
/** True when one of the two files is there. */
bool certificate_exists(const char *folder, slice name);
/** True when that one is there. */
bool certificate_has_crt(const char *folder, slice name);
bool certificate_has_key(const char *folder, slice name);
/**
 * The names of all certificates in the folder, NAME of NAME.crt, sorted; links count as what they
 * lead to. Stored in `arena`. False with errno when the folder cannot be read.
 */
MUST_USE bool certificate_list(struct arena *arena, const char *folder, slice **names,
                               size_t *count);
/** Read a file that others than its owner and group may not read, in the folder or elsewhere. False
 * with a message in `error`. The caller wipes what it does not need any more. */
MUST_USE bool certificate_read_private(struct arena *arena, const char *path, slice *out,
                                       struct buf *error);

#endif
