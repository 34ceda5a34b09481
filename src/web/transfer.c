#include "web/transfer.h"

#include "base/buf.h"
#include "base/limits.h"
#include "web/public_address.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bytes a second that count as hardly any. */
#define STALL_RATE 100L

struct transfer {
    const struct transfer_options *options;
    CURL *handle;
    char message[CURL_ERROR_SIZE];

    /* Of the request that goes on. */
    struct arena *arena;
    const struct transfer_request *request;
    struct transfer_answer *answer;
    uint64_t headers; /* bytes */
    uint64_t body;
    bool header_ended;
    bool met_private; /* an address that is not to be asked */
    bool too_large;
    bool not_taken;
    bool cut_short; /* the body of an answer that is not wanted */
};

/* --- what curl calls ---------------------------------------------------------------------------
 */

/* Every connection begins here, after the name was looked up: what a name led to a moment ago does
 * not count. */
static curl_socket_t open_socket(void *context, UNUSED curlsocktype purpose,
                                 struct curl_sockaddr *address)
{
    struct transfer *transfer = context;
    if (!transfer->options->allow_private && !public_address(&address->addr)) {
        transfer->met_private = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static int on_progress(void *context, UNUSED curl_off_t to_get, UNUSED curl_off_t got,
                       UNUSED curl_off_t to_send, UNUSED curl_off_t sent)
{
    const struct transfer *transfer = context;
    return transfer->options->stop != NULL && *transfer->options->stop != 0;
}

/* A header's value as it may be kept and sent again. */
static void keep_value(struct transfer *transfer, slice *value, slice line, slice name)
{
    if (line.len <= name.len || !slice_equal_nocase(slice_head(line, name.len), name)) {
        return;
    }
    slice text = slice_trim(slice_from(line, name.len));
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        if (byte < ' ' || byte >= 0x7F) {
            return;
        }
    }
    if (text.len <= LIMIT_WEB_HEADER_VALUE) {
        *value = arena_copy(transfer->arena, text);
    }
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    slice line = { bytes, size * count };
    transfer->headers += line.len;
    if (transfer->headers > LIMIT_WEB_HEADERS) {
        transfer->too_large = true;
        return 0;
    }
    if (slice_starts_with(line,
                          SLICE("HTTP/"))) { /* of 103 Early Hints, too: what is last counts */
        transfer->answer->etag = transfer->answer->modified = SLICE_EMPTY;
        transfer->answer->type = SLICE_EMPTY;
    }
    transfer->header_ended = slice_trim(line).len == 0;
    keep_value(transfer, &transfer->answer->etag, line, SLICE("ETag:"));
    keep_value(transfer, &transfer->answer->modified, line, SLICE("Last-Modified:"));
    keep_value(transfer, &transfer->answer->type, line, SLICE("Content-Type:"));
    return size * count;
}

/* What is not wanted (the page that comes with a 404) is read for a while, so that the connection
 * can be kept. */
static bool pass_over(struct transfer *transfer)
{
    transfer->cut_short = transfer->body > LIMIT_WEB_UNWANTED;
    return !transfer->cut_short;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    slice got = { bytes, size * count };
    long status = 0;
    transfer->body += got.len;
    (void)curl_easy_getinfo(transfer->handle, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) {
        return pass_over(transfer) ? got.len : 0;
    }
    transfer->too_large = transfer->body > transfer->request->max;
    transfer->not_taken =
        !transfer->too_large && !transfer->request->take(transfer->request->context, got);
    return transfer->too_large || transfer->not_taken ? 0 : got.len;
}

/* --- one request -------------------------------------------------------------------------------
 */

static bool set_up(struct transfer *transfer)
{
    CURL *handle = transfer->handle;
    const struct transfer_options *options = transfer->options;
    bool ok = curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
#define SET(option, value) (ok = curl_easy_setopt(handle, option, value) == CURLE_OK && ok)
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_USERAGENT, "matinee/" MATINEE_VERSION);
    SET(CURLOPT_ACCEPT_ENCODING, "gzip");
    SET(CURLOPT_MAXCONNECTS, 1L);
    SET(CURLOPT_CONNECTTIMEOUT, (long)options->connect_s);
    SET(CURLOPT_TIMEOUT, (long)options->total_s);
    SET(CURLOPT_LOW_SPEED_LIMIT, STALL_RATE);
    SET(CURLOPT_LOW_SPEED_TIME, (long)options->stall_s);
    SET(CURLOPT_ERRORBUFFER, transfer->message);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, transfer);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, transfer);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, transfer);
    SET(CURLOPT_XFERINFOFUNCTION, on_progress);
    SET(CURLOPT_XFERINFODATA, transfer);
    SET(CURLOPT_NOPROGRESS, 0L);
#undef SET
    return ok;
}

struct transfer *transfer_open(const struct transfer_options *options)
{
    struct transfer *transfer = calloc(1, sizeof *transfer);
    if (transfer == NULL) {
        return NULL;
    }
    transfer->options = options;
    transfer->handle = curl_easy_init();
    if (transfer->handle == NULL || !set_up(transfer)) {
        transfer_close(transfer);
        return NULL;
    }
    return transfer;
}

void transfer_close(struct transfer *transfer)
{
    if (transfer != NULL) {
        curl_easy_cleanup(transfer->handle);
        free(transfer);
    }
}

static bool add_header(struct arena *arena, struct curl_slist **list, const char *name, slice value)
{
    if (value.len == 0) {
        return true;
    }
    slice line = arena_printf(arena, "%s: %.*s", name, SLICE_ARG(value));
    struct curl_slist *longer = curl_slist_append(*list, line.ptr);
    *list = longer != NULL ? longer : *list;
    return longer != NULL;
}

static void take_facts(struct transfer *transfer, struct transfer_answer *answer)
{
    char *location = NULL;
    curl_off_t retry_after = 0;
    (void)curl_easy_getinfo(transfer->handle, CURLINFO_RESPONSE_CODE, &answer->status);
    if (answer->status / 100 == 3 &&
        curl_easy_getinfo(transfer->handle, CURLINFO_REDIRECT_URL, &location) == CURLE_OK) {
        answer->location = arena_copy(transfer->arena, slice_of(location));
    }
    /* 0 is also what curl says when there is no such header; then there is nothing to wait for,
     * either. */
    if (curl_easy_getinfo(transfer->handle, CURLINFO_RETRY_AFTER, &retry_after) == CURLE_OK &&
        retry_after > 0) {
        answer->retry_after = retry_after;
    }
}

static bool took_all_its_time(const struct transfer *transfer)
{
    curl_off_t microseconds = 0;
    return curl_easy_getinfo(transfer->handle, CURLINFO_TOTAL_TIME_T, &microseconds) == CURLE_OK &&
           microseconds / 1000 + 100 >= (curl_off_t)transfer->options->total_s * 1000;
}

static enum transfer_result judge(struct transfer *transfer, CURLcode code,
                                  struct transfer_answer *answer)
{
    const char *message =
        transfer->message[0] != '\0' ? transfer->message : curl_easy_strerror(code);
    answer->problem = arena_copy(transfer->arena, slice_of(message));
    if (code == CURLE_OK && !transfer->header_ended) {
        answer->problem = SLICE("the connection was closed within the header of the answer");
        return TRANSFER_FAILED;
    }
    if (code == CURLE_OK || (transfer->cut_short && code == CURLE_WRITE_ERROR)) {
        answer->problem = SLICE_EMPTY;
        return TRANSFER_DONE;
    }
    if (transfer->not_taken) {
        return TRANSFER_NOT_TAKEN;
    }
    if (transfer->too_large || code == CURLE_FILESIZE_EXCEEDED) {
        answer->problem = transfer->headers > LIMIT_WEB_HEADERS
                              ? SLICE("its header is too large")
                              : arena_printf(transfer->arena, "larger than %llu bytes",
                                             (unsigned long long)transfer->request->max);
        return TRANSFER_TOO_LARGE;
    }
    switch (code) {
    case CURLE_ABORTED_BY_CALLBACK:
        return TRANSFER_STOPPED;
    case CURLE_OPERATION_TIMEDOUT:
        /* What took that long will take so again. */
        return took_all_its_time(transfer) ? TRANSFER_REFUSED : TRANSFER_FAILED;
    case CURLE_COULDNT_CONNECT:
        if (transfer->met_private) {
            answer->problem = SLICE("its host is in a private network (--allow-private allows it)");
            return TRANSFER_PRIVATE;
        }
        return TRANSFER_FAILED;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_OUT_OF_MEMORY:
        return TRANSFER_REFUSED;
    default:
        return TRANSFER_FAILED;
    }
}

enum transfer_result transfer_get(struct transfer *transfer, struct arena *arena,
                                  const struct transfer_request *request,
                                  struct transfer_answer *answer)
{
    CURL *handle = transfer->handle;
    struct curl_slist *headers = NULL;
    CURLcode code = CURLE_OUT_OF_MEMORY;
    *answer = (struct transfer_answer){ .retry_after = -1 };
    transfer->arena = arena;
    transfer->request = request;
    transfer->answer = answer;
    transfer->headers = transfer->body = 0;
    transfer->met_private = transfer->too_large = transfer->not_taken = false;
    transfer->cut_short = transfer->header_ended = false;
    transfer->message[0] = '\0';
    if (add_header(arena, &headers, "If-None-Match", request->etag) &&
        add_header(arena, &headers, "If-Modified-Since", request->modified) &&
        add_header(arena, &headers, "Accept", request->accept) &&
        curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_MAXFILESIZE_LARGE,
                         (curl_off_t)(request->max < INT64_MAX ? request->max : INT64_MAX)) ==
            CURLE_OK &&
        curl_easy_setopt(handle, CURLOPT_URL, request->url.ptr) == CURLE_OK) {
        code = curl_easy_perform(handle);
    }
    take_facts(transfer, answer);
    enum transfer_result result = judge(transfer, code, answer);
    (void)curl_easy_setopt(handle, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    return result;
}
