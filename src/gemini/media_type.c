#include "gemini/media_type.h"

#include "base/arena.h"
#include "base/utf8.h"

#include <magic.h>
#include <stdlib.h>

struct media_type_finder {
    magic_t types;     /* answers with a media type */
    magic_t encodings; /* answers with a charset */
    struct arena arena;
    /* Every answer that is not in the table below, once; there are as many as kinds of files. */
    struct {
        slice *items;
        size_t count, capacity;
    } answers;
};

/* Types by extension. `certain` ones come before libmagic, which sees plain text, or an archive, or
 * the wrong dialect in them; the others only stand in when libmagic does not know. */
static const struct {
    const char *extension;
    const char *type;
    bool certain;
} extensions[] = {
    { "gmi", "text/gemini", true },
    { "gemini", "text/gemini", true },
    { "txt", "text/plain", true },
    { "text", "text/plain", true },
    { "log", "text/plain", true },
    { "conf", "text/plain", true },
    { "md", "text/markdown", true },
    { "markdown", "text/markdown", true },
    { "csv", "text/csv", true },
    { "tsv", "text/tab-separated-values", true },
    { "css", "text/css", true },
    { "html", "text/html", true },
    { "htm", "text/html", true },
    { "js", "text/javascript", true },
    { "vtt", "text/vtt", true },
    { "srt", "text/plain", true },
    { "ics", "text/calendar", true },
    { "vcf", "text/vcard", true },
    { "diff", "text/x-diff", true },
    { "patch", "text/x-diff", true },
    { "xml", "text/xml", true },
    { "atom", "application/atom+xml", true },
    { "rss", "application/rss+xml", true },
    { "json", "application/json", true },
    { "jsonl", "application/jsonl", true },
    { "svg", "image/svg+xml", true },
    { "gpub", "application/gpub+zip", true },
    { "epub", "application/epub+zip", true },
    { "pem", "application/x-pem-file", true },
    { "asc", "application/pgp-signature", true },
    { "opus", "audio/ogg", true },
    { "ogg", "audio/ogg", true },
    { "oga", "audio/ogg", true },
    { "ogv", "video/ogg", true },
    { "m4a", "audio/mp4", true },
    { "mp3", "audio/mpeg", false },
    { "flac", "audio/flac", false },
    { "wav", "audio/x-wav", false },
    { "mp4", "video/mp4", false },
    { "webm", "video/webm", false },
    { "png", "image/png", false },
    { "jpg", "image/jpeg", false },
    { "jpeg", "image/jpeg", false },
    { "gif", "image/gif", false },
    { "webp", "image/webp", false },
    { "avif", "image/avif", false },
    { "ico", "image/vnd.microsoft.icon", false },
    { "pdf", "application/pdf", false },
    { "zip", "application/zip", false },
    { "gz", "application/gzip", false },
    { "tgz", "application/gzip", false },
    { "bz2", "application/x-bzip2", false },
    { "xz", "application/x-xz", false },
    { "tar", "application/x-tar", false },
};

static magic_t open_database(int flags)
{
    magic_t cookie = magic_open(flags);
    if (cookie != NULL && magic_load(cookie, NULL) != 0) {
        magic_close(cookie);
        cookie = NULL;
    }
    return cookie;
}

struct media_type_finder *media_type_finder_new(void)
{
    /* Sniffing inside archives and running decompressors is nothing a server should do. */
    const int flags = MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_CDF;
    struct media_type_finder *finder = calloc(1, sizeof *finder);
    if (finder == NULL) {
        return NULL;
    }
    arena_init(&finder->arena);
    finder->types = open_database(MAGIC_MIME_TYPE | flags);
    finder->encodings = open_database(MAGIC_MIME_ENCODING | flags);
    if (finder->types == NULL || finder->encodings == NULL) {
        media_type_finder_free(finder);
        return NULL;
    }
    return finder;
}

void media_type_finder_free(struct media_type_finder *finder)
{
    if (finder == NULL) {
        return;
    }
    if (finder->types != NULL) {
        magic_close(finder->types);
    }
    if (finder->encodings != NULL) {
        magic_close(finder->encodings);
    }
    arena_release(&finder->arena);
    free(finder);
}

static slice extension_of(slice path)
{
    size_t at = path.len;
    while (at > 0 && path.ptr[at - 1] != '.' && path.ptr[at - 1] != '/') {
        at--;
    }
    return at > 0 && path.ptr[at - 1] == '.' ? slice_from(path, at) : SLICE_EMPTY;
}

static slice type_by_extension(slice extension, bool *certain)
{
    for (size_t i = 0; i < ARRAY_LENGTH(extensions); i++) {
        if (slice_equal_nocase(extension, slice_of(extensions[i].extension))) {
            *certain = extensions[i].certain;
            return slice_of(extensions[i].type);
        }
    }
    *certain = false;
    return SLICE_EMPTY;
}

/* libmagic says what went wrong in the same string as its answers: only `type/subtype` passes. */
static bool is_media_type(slice text)
{
    size_t slashes = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        slashes += c == '/';
        if (c <= ' ' || c > '~' || c == ';' || c == ',' || c == '"') {
            return false;
        }
    }
    return slashes == 1 && text.ptr[0] != '/' && text.ptr[text.len - 1] != '/';
}

static slice type_by_content(const struct media_type_finder *finder, slice head)
{
    if (finder == NULL || head.len == 0) {
        return SLICE_EMPTY;
    }
    slice type = slice_of(magic_buffer(finder->types, head.ptr, head.len));
    if (!is_media_type(type) || slice_equal(type, SLICE("application/octet-stream")) ||
        slice_starts_with(type, SLICE("inode/"))) {
        return SLICE_EMPTY;
    }
    /* Prose without an extension is easily taken for a program or a mail. */
    if (slice_starts_with(type, SLICE("text/x-")) || slice_equal(type, SLICE("message/rfc822")) ||
        slice_equal(type, SLICE("message/news"))) {
        return SLICE("text/plain");
    }
    return type;
}

/* True when `head` is UTF-8, but for a code point that its end may have cut. */
static bool is_utf8_head(slice head)
{
    slice rest = slice_from(head, utf8_find_invalid(head));
    unsigned char lead = rest.len == 0 ? 0 : (unsigned char)rest.ptr[0];
    size_t needed = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    for (size_t i = 1; i < rest.len; i++) {
        if (((unsigned char)rest.ptr[i] & 0xC0) != 0x80) {
            return false;
        }
    }
    return rest.len == 0 || (lead >= 0xC2 && lead <= 0xF4 && rest.len < needed);
}

/* The charset of text that is not UTF-8, or the empty slice when nobody can tell. */
static slice charset_by_content(const struct media_type_finder *finder, slice head)
{
    if (finder == NULL || is_utf8_head(head)) {
        return SLICE_EMPTY;
    }
    slice charset = slice_of(magic_buffer(finder->encodings, head.ptr, head.len));
    bool known = slice_starts_with(charset, SLICE("iso-8859-")) ||
                 slice_equal(charset, SLICE("utf-16le")) ||
                 slice_equal(charset, SLICE("utf-16be")) ||
                 slice_equal(charset, SLICE("utf-32le")) || slice_equal(charset, SLICE("utf-32be"));
    return known ? charset : SLICE_EMPTY;
}

/* `type`, with `charset` when there is one, as a slice that lives as long as the finder. */
static slice keep(struct media_type_finder *finder, slice type, slice charset)
{
    for (size_t i = 0; i < finder->answers.count; i++) {
        slice answer = finder->answers.items[i];
        slice rest = slice_from(answer, type.len);
        if (slice_starts_with(answer, type) &&
            (charset.len == 0 ? rest.len == 0
                              : slice_starts_with(rest, SLICE("; charset=")) &&
                                    slice_equal(slice_from(rest, 10), charset))) {
            return answer;
        }
    }
    slice answer = charset.len == 0 ? arena_copy(&finder->arena, type)
                                    : arena_printf(&finder->arena, "%.*s; charset=%.*s",
                                                   SLICE_ARG(type), SLICE_ARG(charset));
    *ARRAY_ADD(&finder->arena, &finder->answers) = answer;
    return answer;
}

slice media_type_find(struct media_type_finder *finder, slice path, slice head)
{
    bool certain = false;
    slice type = type_by_extension(extension_of(path), &certain);
    bool is_static = true; /* in the table, or a literal: it outlives any finder */
    if (!certain) {
        slice found = type_by_content(finder, head);
        if (found.len > 0) {
            type = found;
            is_static = false;
        } else if (type.len == 0) {
            type = SLICE("application/octet-stream");
        }
    }
    slice charset = SLICE_EMPTY;
    if (slice_starts_with(type, SLICE("text/"))) {
        charset = charset_by_content(finder, head);
    }
    return is_static && charset.len == 0 ? type : keep(finder, type, charset);
}
