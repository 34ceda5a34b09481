#include "import/images.h"

#include "base/file.h"
#include "base/leftovers.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "import/image_data.h"
#include "import/image_name.h"
#include "import/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const char memory_path[] = ".matinee/images";
static const char folder_path[] = "static/images";

/* Bytes in which libmagic sees what a picture is. */
enum { HEAD_BYTES = 4096 };

/* --- begin and end ---------------------------------------------------------------------------- */

bool images_open(struct images *images, int capsule, const struct image_source *source,
                 bool ask_again, struct diags *diags)
{
    static const slice any[] = { SLICE_INIT("") };
    static const slice memory[] = { SLICE_INIT("images") };
    struct source text = { slice_of(memory_path), SLICE_EMPTY };
    *images = (struct images){
        .capsule = capsule, .source = source, .ask_again = ask_again, .journal = -1
    };
    arena_init(&images->arena);
    if (!file_read(&images->arena, capsule, memory_path, LIMIT_IMAGES_MEMORY, &text.text) &&
        errno != ENOENT) {
        diags_add(diags, DIAG_ERROR, &text, NULL, "%s", strerror(errno));
        arena_release(&images->arena);
        return false;
    }
    images->finder = media_type_finder_new();
    if (images->finder == NULL) {
        diags_add(diags, DIAG_ERROR, &text, NULL,
                  "libmagic's database cannot be read: nothing tells what is a picture");
        arena_release(&images->arena);
        return false;
    }
    image_memory_read(&images->arena, &text, &images->memory, diags);
    slice_map_init(&images->asked, &images->arena);
    slice_map_init(&images->failed, &images->arena);
    slice_map_init(&images->numbers, &images->arena);
    images->journal_bytes = text.text.len;
    images->torn = text.text.len > 0 && text.text.ptr[text.text.len - 1] != '\n';
    (void)leftovers_remove(capsule, folder_path, &(struct leftovers){ any, 1, 0 });
    (void)leftovers_remove(capsule, ".matinee", &(struct leftovers){ memory, 1, 0 });
    return true;
}

void images_use(struct images *images, const struct image_source *source)
{
    images->source = source;
    slice_map_release(&images->asked);
    slice_map_release(&images->failed);
}

bool images_close(struct images *images, struct diags *diags)
{
    bool ok = true;
    if (images->journal >= 0) {
        (void)close(images->journal);
    }
    if (images->memory.untidy) {
        struct buf text;
        buf_init(&text, LIMIT_IMAGES_MEMORY);
        image_memory_put(&images->memory, &text);
        ok = !text.failed && file_write(images->capsule, memory_path, buf_slice(&text), 0);
        if (!ok) {
            const struct source source = { slice_of(memory_path), SLICE_EMPTY };
            diags_add(diags, DIAG_ERROR, &source, NULL, "%s",
                      text.failed ? "too large" : strerror(errno));
        }
        buf_release(&text);
    }
    image_memory_release(&images->memory);
    slice_map_release(&images->asked);
    slice_map_release(&images->failed);
    slice_map_release(&images->numbers);
    media_type_finder_free(images->finder);
    arena_release(&images->arena);
    return ok;
}

/* --- one picture ------------------------------------------------------------------------------ */

struct storing {
    struct images *images;
    struct report *report;
    const struct image_wanted *wanted;
    struct arena arena; /* what is needed for this picture alone, its bytes among it */
    slice reason;       /* why the larger form was left out, or empty */
    slice url;          /* that its bytes are of, and under which it is remembered */
    slice etag;
    slice modified;
    slice hash;
};

/* An address as a note shows it. */
static slice shown(slice url)
{
    return utf8_head(url, image_data_is(url) ? 30 : 200);
}

/* The smaller form for the same reason as the larger one needs no line of its own. */
static void leave_out(struct storing *storing, slice url, slice reason)
{
    if (storing->reason.len > 0 && slice_equal(reason, storing->reason)) {
        return;
    }
    storing->reason = arena_copy(&storing->arena, reason);
    report_note(storing->report, storing->wanted->line, "an image is not stored: %.*s: %.*s",
                SLICE_ARG(reason), SLICE_ARG(shown(url)));
}

/* The hash of the file at `path` below static/. Empty when it is not there, or no file: errno. */
static slice hash_of_file(struct storing *storing, slice path)
{
    struct arena arena;
    slice bytes;
    slice hash = SLICE_EMPTY;
    slice full = arena_printf(&storing->arena, "static/%.*s", SLICE_ARG(path));
    arena_init(&arena);
    if (file_read(&arena, storing->images->capsule, full.ptr, LIMIT_IMAGE_FILE, &bytes)) {
        hash = memory_hash(&storing->arena, bytes);
    }
    int reason = errno;
    arena_release(&arena);
    errno = reason;
    return hash;
}

static bool is_there(struct storing *storing, slice path)
{
    struct stat status;
    slice full = arena_printf(&storing->arena, "static/%.*s", SLICE_ARG(path));
    return fstatat(storing->images->capsule, full.ptr, &status, 0) == 0 && S_ISREG(status.st_mode);
}

/* One write, so that it is there as a whole or, when the machine dies, as a line that tells of its
 * own that it is broken. */
static bool append(struct images *images, slice text)
{
    if (images->journal < 0) {
        if (!file_make_folders(images->capsule, ".matinee")) {
            return false;
        }
        images->journal = openat(images->capsule, memory_path,
                                 O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    }
    if (images->journal < 0) {
        return false;
    }
    ssize_t written = write(images->journal, text.ptr, text.len);
    images->torn = written >= 0 && (size_t)written < text.len;
    images->journal_bytes += written > 0 ? (size_t)written : 0;
    if (images->torn) {
        errno = ENOSPC;
    }
    return written >= 0 && !images->torn;
}

/* Remember that the picture is in the file `path`, which was written before. */
static bool remember(struct storing *storing, slice path)
{
    struct images *images = storing->images;
    const struct image_entry entry = { storing->url, path, storing->hash, storing->etag,
                                       storing->modified };
    const struct image_entry *known = image_memory_find(&images->memory, storing->url);
    if (known != NULL && slice_equal(known->path, path) && slice_equal(known->hash, entry.hash) &&
        slice_equal(known->etag, entry.etag) && slice_equal(known->modified, entry.modified)) {
        return true;
    }
    if (!image_memory_set(&images->memory, &entry)) {
        leave_out(storing, storing->url, SLICE("there are too many already"));
        return false;
    }
    struct buf line;
    buf_init(&line, LIMIT_IMAGES_MEMORY);
    if (images->torn) {
        buf_putc(&line, '\n');
    }
    if (images->journal_bytes == 0) {
        buf_put(&line, image_memory_first_line());
        buf_putc(&line, '\n');
    }
    image_memory_put_entry(image_memory_find(&images->memory, storing->url), &line);
    bool ok = images->journal_bytes + line.len <= LIMIT_IMAGES_MEMORY;
    if (!ok) {
        errno = EFBIG;
    }
    ok = ok && append(images, buf_slice(&line));
    if (!ok) {
        images->memory.untidy = true; /* another try, at the end */
        leave_out(storing, storing->url,
                  arena_printf(&storing->arena, "%s: %s", memory_path, strerror(errno)));
    }
    buf_release(&line);
    return ok;
}

/* --- where it goes ---------------------------------------------------------------------------- */

/* Write the picture to `path`, where nothing is. False with EEXIST when something is. */
static bool create(struct storing *storing, slice path, slice bytes)
{
    struct images *images = storing->images;
    slice full = arena_printf(&storing->arena, "static/%.*s", SLICE_ARG(path));
    if (!file_make_folders(images->capsule, folder_path) ||
        !file_create(images->capsule, full.ptr, bytes, 0)) {
        return false;
    }
    images->counts.stored++;
    images->counts.bytes += bytes.len;
    return true;
}

static bool cannot_write(struct storing *storing)
{
    leave_out(storing, storing->url, slice_of(strerror(errno)));
    return false;
}

/* `images/BASE.EXT`, then `-2`, `-3`; or from the start `-1`, `-2`. */
static slice numbered(struct storing *storing, slice base, slice extension, size_t number)
{
    struct arena *arena = &storing->arena;
    return number == 0
               ? arena_printf(arena, "images/%.*s.%.*s", SLICE_ARG(base), SLICE_ARG(extension))
               : arena_printf(arena, "images/%.*s-%zu.%.*s", SLICE_ARG(base), number,
                              SLICE_ARG(extension));
}

/* The first name that is free, or whose file holds these bytes and is nobody's: it was written by a
 * run that was killed. What is remembered as taken is looked at once for each name. */
static bool store_under_new_name(struct storing *storing, slice bytes, slice extension)
{
    struct images *images = storing->images;
    struct arena *arena = &storing->arena;
    slice base = image_name_of_url(arena, storing->url);
    bool counted = base.len == 0 || image_data_is(storing->url);
    base = counted ? image_name_of_text(arena, storing->wanted->name_hint) : base;
    slice key = arena_printf(arena, "%.*s%s.%.*s", SLICE_ARG(base), counted ? "-#" : "",
                             SLICE_ARG(extension));
    size_t *next = slice_map_get(&images->numbers, key);
    if (next == NULL) {
        next = arena_alloc(&images->arena, sizeof *next);
        *next = counted ? 1 : 0;
        slice_map_set(&images->numbers, arena_copy(&images->arena, key), next);
    }
    bool all_taken = true;
    for (size_t number = *next; number < 2 * LIMIT_IMAGES; number += number == 0 ? 2 : 1) {
        slice path = numbered(storing, base, extension, number);
        if (image_memory_users(&images->memory, path) > 0) {
            *next = all_taken ? number + (number == 0 ? 2 : 1) : *next;
            continue;
        }
        all_taken = false;
        if (create(storing, path, bytes)) {
            return remember(storing, path);
        }
        if (errno != EEXIST) {
            return cannot_write(storing);
        }
        if (slice_equal(hash_of_file(storing, path), storing->hash)) {
            images->counts.known++;
            return remember(storing, path);
        }
    }
    errno = EEXIST;
    return cannot_write(storing);
}

/* The picture of this address is in `path` already, or was. True when that is where it stays;
 * `*ok` is false when that failed. */
static bool store_again(struct storing *storing, slice bytes, slice path, slice before, bool *ok)
{
    struct images *images = storing->images;
    slice current = hash_of_file(storing, path);
    *ok = true;
    if (current.len == 0) {
        if (errno != ENOENT) {
            return false;
        }
        *ok = create(storing, path, bytes) || cannot_write(storing);
    } else if (slice_equal(current, storing->hash)) {
        images->counts.known++;
    } else if (!slice_equal(current, before)) {
        images->counts.known++;
        if (!slice_equal(before, storing->hash)) {
            report_note(storing->report, storing->wanted->line,
                        "static/%.*s was changed by hand, and stays as it is; the web has another "
                        "image now: %.*s",
                        SLICE_ARG(path), SLICE_ARG(shown(storing->url)));
        }
    } else if (image_memory_users(&images->memory, path) > 1) {
        return false; /* others lead to what it was */
    } else {
        slice full = arena_printf(&storing->arena, "static/%.*s", SLICE_ARG(path));
        *ok = file_write(images->capsule, full.ptr, bytes, 0) || cannot_write(storing);
        images->counts.replaced += *ok ? 1 : 0;
        images->counts.bytes += *ok ? bytes.len : 0;
    }
    *ok = *ok && remember(storing, path);
    return true;
}

static bool store_bytes(struct storing *storing, slice bytes)
{
    struct images *images = storing->images;
    slice type = media_type_find(images->finder, SLICE("picture"), slice_head(bytes, HEAD_BYTES));
    slice extension = image_extension(type);
    bool ok = false;
    if (extension.len == 0) {
        leave_out(storing, storing->url,
                  arena_printf(&storing->arena, "what is there is %.*s", SLICE_ARG(type)));
        return false;
    }
    if (slice_equal(extension, SLICE("svg")) && !image_svg_is_plain(bytes)) {
        leave_out(storing, storing->url, SLICE("it is a drawing (SVG) with active parts"));
        return false;
    }
    storing->hash = memory_hash(&storing->arena, bytes);
    if (storing->hash.len == 0) {
        leave_out(storing, storing->url, SLICE("the cryptographic library refuses"));
        return false;
    }
    if (image_data_is(storing->url)) {
        storing->url = arena_printf(&storing->arena, "data:%.*s", SLICE_ARG(storing->hash));
    }
    const struct image_entry *known = image_memory_find(&images->memory, storing->url);
    if (known != NULL &&
        slice_ends_with(known->path,
                        arena_printf(&storing->arena, ".%.*s", SLICE_ARG(extension))) &&
        store_again(storing, bytes, known->path, known->hash, &ok)) {
        return ok;
    }
    const struct image_entry *same = image_memory_find_hash(&images->memory, storing->hash);
    if (same != NULL) {
        slice path = same->path;
        slice current = hash_of_file(storing, path);
        if (slice_equal(current, storing->hash)) {
            images->counts.doubled++;
            return remember(storing, path);
        }
        if (current.len == 0 && errno == ENOENT && create(storing, path, bytes)) {
            return remember(storing, path);
        }
    }
    return store_under_new_name(storing, bytes, extension);
}

/* --- having it -------------------------------------------------------------------------------- */

enum having {
    HAVING_IT,
    HAVING_NEVER, /* a note says why */
    HAVING_LATER, /* the same */
};

static bool is_on_the_web(slice url)
{
    return slice_equal_nocase(slice_head(url, 7), SLICE("http://")) ||
           slice_equal_nocase(slice_head(url, 8), SLICE("https://"));
}

static bool is_address(slice url)
{
    for (size_t i = 0; i < url.len; i++) {
        if ((unsigned char)url.ptr[i] <= ' ' || url.ptr[i] == 0x7F) {
            return false;
        }
    }
    return url.len <= (size_t)2 * LIMIT_HTML_URL;
}

static void set_failed(struct images *images, slice url, enum having having)
{
    enum having *kept = arena_alloc(&images->arena, sizeof *kept);
    *kept = having;
    slice_map_set(&images->failed, arena_copy(&images->arena, url), kept);
}

/* It was not had. What was stored before stays. */
static enum having not_had(struct storing *storing, slice url, bool there, slice reason,
                           enum having having)
{
    if (there) {
        storing->images->counts.known++;
        return HAVING_IT;
    }
    leave_out(storing, url, reason);
    set_failed(storing->images, url, having);
    return having;
}

static enum having ask(struct storing *storing, slice url, const struct image_entry *known,
                       bool there)
{
    struct images *images = storing->images;
    struct image_request request = { .url = url, .max = LIMIT_IMAGE_FILE };
    struct image_answer answer = { .reason = SLICE_EMPTY };
    if (there) {
        request.etag = known->etag;
        request.modified = known->modified;
    }
    switch (images->source->get(images->source->context, &storing->arena, &request, &answer)) {
    case IMAGE_BYTES:
        break;
    case IMAGE_SAME:
        return not_had(storing, url, there,
                       SLICE("\"not modified\" was answered to a first request"), HAVING_NEVER);
    case IMAGE_GONE:
        return not_had(storing, url, there, answer.reason, HAVING_NEVER);
    case IMAGE_LATER:
        return not_had(storing, url, there, answer.reason, HAVING_LATER);
    }
    if (answer.bytes.len == 0 || answer.bytes.len > LIMIT_IMAGE_FILE) {
        return not_had(storing, url, there,
                       answer.bytes.len == 0 ? SLICE("it is empty") : SLICE("it is too large"),
                       HAVING_NEVER);
    }
    storing->url = url;
    storing->etag = answer.etag;
    storing->modified = answer.modified;
    if (store_bytes(storing, answer.bytes)) {
        return HAVING_IT;
    }
    set_failed(images, url, HAVING_NEVER);
    return HAVING_NEVER;
}

static enum having have(struct storing *storing, slice url)
{
    struct images *images = storing->images;
    slice bytes;
    storing->url = url;
    if (image_data_is(url)) {
        if (!image_data_read(&storing->arena, url, LIMIT_IMAGE_FILE, &bytes)) {
            leave_out(storing, url, SLICE("its bytes cannot be read"));
            return HAVING_NEVER;
        }
        return store_bytes(storing, bytes) ? HAVING_IT : HAVING_NEVER;
    }
    if (!is_on_the_web(url) || !is_address(url)) {
        leave_out(storing, url, SLICE("it is not on the web (http:, https:)"));
        return HAVING_NEVER;
    }
    const struct image_entry *known = image_memory_find(&images->memory, url);
    const enum having *failed = slice_map_get(&images->failed, url);
    bool there = known != NULL && is_there(storing, known->path);
    if (there && (!images->ask_again || images->source == NULL ||
                  slice_map_get(&images->asked, url) != NULL)) {
        images->counts.known++;
        return HAVING_IT;
    }
    if (images->source == NULL) {
        return HAVING_LATER;
    }
    if (failed != NULL) {
        leave_out(storing, url, SLICE("it could not be had, as was said before"));
        return *failed;
    }
    slice_map_set(&images->asked, arena_copy(&images->arena, url), images);
    return ask(storing, url, known, there);
}

/* The address that could not be had stands for the smaller form from now on, and is not asked for
 * again. */
static void remember_instead(struct storing *storing, slice url)
{
    const struct image_entry *entry = image_memory_find(&storing->images->memory, storing->url);
    report_note(storing->report, storing->wanted->line,
                "the smaller form of an image is stored in its place: %.*s",
                SLICE_ARG(shown(storing->url)));
    storing->hash = entry->hash;
    storing->etag = SLICE_EMPTY;
    storing->modified = SLICE_EMPTY;
    storing->url = url;
    (void)remember(storing, entry->path);
}

bool images_store(struct images *images, const struct image_wanted *wanted, struct report *report,
                  slice *path)
{
    struct storing storing = { .images = images, .report = report, .wanted = wanted };
    enum having having = HAVING_NEVER;
    slice before = SLICE_EMPTY;
    arena_init(&storing.arena);
    for (size_t i = 0; having == HAVING_NEVER && i < ARRAY_LENGTH(wanted->urls); i++) {
        slice url = wanted->urls[i];
        if (url.len == 0 || slice_equal(url, before)) {
            continue;
        }
        having = have(&storing, url);
        if (having == HAVING_IT) {
            *path = image_memory_find(&images->memory, storing.url)->path;
            if (before.len > 0 && is_on_the_web(before) && is_address(before)) {
                remember_instead(&storing, before);
            }
        }
        before = url;
    }
    images->counts.left_out += having == HAVING_IT ? 0 : 1;
    arena_release(&storing.arena);
    return having == HAVING_IT;
}
