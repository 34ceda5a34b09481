#include "web/fetch.h"

#include "base/buf.h"
#include "base/limits.h"
#include "web/hosts.h"
#include "web/transfer.h"
#include "web/web_url.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define CONNECT_SECONDS 30
#define STALL_SECONDS 30
#define TOTAL_SECONDS 300
/* The shortest first pause before something is tried again. */
#define RETRY_MS 10
/* A pause is slept in pieces: a signal that came just before one is not missed for long. */
#define NAP_MS 200
#define MINUTE_MS (60 * 1000)
/* How long robots.txt is remembered (RFC 9309, 2.4: not over a day), and how long a host is left
 * alone whose robots.txt cannot be had, or who fails again and again. */
#define ROBOTS_MS (12 * 60 * MINUTE_MS)
#define LEFT_ALONE_MS (15 * MINUTE_MS)

struct fetcher {
    const struct fetch_options *options;
    struct transfer_options transfer_options;
    struct transfer *transfer;
    struct hosts hosts;
};

/* One file. */
struct errand {
    struct fetcher *fetcher;
    struct arena *arena;
    const struct fetch_request *request;
    struct fetch_answer *answer;
    bool is_robots; /* robots.txt itself: it is always allowed */
    slice visited[LIMIT_REDIRECTS + 1];
    size_t hops;
};

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_stopped(const struct fetcher *fetcher)
{
    return fetcher->options->stop != NULL && *fetcher->options->stop != 0;
}

/* Sleep until `moment`; false when everything is to end. */
static bool pause_until(const struct fetcher *fetcher, int64_t moment)
{
    for (;;) {
        int64_t left = moment - now_ms();
        if (is_stopped(fetcher)) {
            return false;
        }
        if (left <= 0) {
            return true;
        }
        left = left < NAP_MS ? left : NAP_MS;
        struct timespec nap = { 0, (long)left * 1000000 };
        (void)nanosleep(&nap, NULL);
    }
}

static enum fetch_result ends(struct errand *errand, enum fetch_result result, slice problem)
{
    errand->answer->problem = problem;
    return result;
}

/* --- one host, asked until it answers ----------------------------------------------------------
 */

/* Statuses that pass (RFC 9110, 15.5 and 15.6; 425 and 429 of RFC 8470 and 6585). */
static bool may_pass(long status)
{
    return status == 408 || status == 425 || status == 429 || status == 500 ||
           (status >= 502 && status <= 504);
}

/* Twice as long each time, less a random part of it, so that not all who failed together come
 * back together. */
static int64_t back_off(const struct fetcher *fetcher, unsigned tries)
{
    unsigned chance = 0;
    int64_t first = fetcher->options->delay_ms > RETRY_MS ? fetcher->options->delay_ms : RETRY_MS;
    int64_t wait = first << tries;
    if (getentropy(&chance, sizeof chance) != 0) {
        chance = 0;
    }
    return wait - wait / 2 * (int64_t)(chance % 1000) / 1000;
}

static void tell(struct errand *errand, slice url, slice problem, int64_t wait)
{
    const struct fetch_options *options = errand->fetcher->options;
    if (options->tell != NULL) {
        options->tell(options->context,
                      arena_printf(errand->arena, "%.*s: %.*s; asked again in %lld.%lld s",
                                   SLICE_ARG(url), SLICE_ARG(problem), (long long)(wait / 1000),
                                   (long long)(wait % 1000 / 100)));
    }
}

static void leave_alone(struct host *host, int64_t until, slice why)
{
    host->closed = until;
    host->closed_why = why;
}

static int64_t pause_of(const struct fetcher *fetcher, const struct host *host)
{
    unsigned wanted = host->robots_known ? host->robots.crawl_delay_ms : 0;
    unsigned delay = fetcher->options->delay_ms;
    return wanted > delay ? wanted : delay;
}

static slice problem_of(struct errand *errand, const struct transfer_answer *answer)
{
    return answer->problem.len > 0
               ? answer->problem
               : arena_printf(errand->arena, "the server answers %ld", answer->status);
}

/* After an answer that may pass: arrange the next try, or false when there is none. */
static bool try_again(struct errand *errand, struct host *host, slice url,
                      const struct transfer_answer *answer, unsigned tries)
{
    slice problem = problem_of(errand, answer);
    int64_t now = now_ms();
    int64_t wait = back_off(errand->fetcher, tries);
    errand->answer->problem = problem;
    if (answer->retry_after > LIMIT_WEB_WAIT_S) {
        int64_t asked = answer->retry_after < 86400 ? answer->retry_after : 86400;
        leave_alone(host, now + asked * 1000, SLICE("its server asked to be left alone for now"));
        errand->answer->problem =
            arena_printf(errand->arena, "%.*s and asks to wait for %lld minutes, which is too long",
                         SLICE_ARG(problem), (long long)((answer->retry_after + 59) / 60));
        return false;
    }
    if (answer->retry_after * 1000 > wait) {
        wait = answer->retry_after * 1000;
    }
    if (tries + 1 == LIMIT_WEB_TRIES) {
        errand->answer->problem = arena_printf(errand->arena, "%.*s, after %d tries",
                                               SLICE_ARG(problem), LIMIT_WEB_TRIES);
        host->next = now + wait;
        if (++host->failures == LIMIT_WEB_FAILURES) {
            host->failures = 0;
            leave_alone(host, now + LEFT_ALONE_MS, SLICE("its server failed too often before"));
        }
        return false;
    }
    host->next = host->next > now + wait ? host->next : now + wait;
    tell(errand, url, problem, wait);
    return true;
}

/* Ask for `url` until there is an answer. FETCH_DONE: `*got` is one, of whatever status. */
static enum fetch_result ask(struct errand *errand, struct host *host, slice url,
                             struct transfer_answer *got)
{
    struct fetcher *fetcher = errand->fetcher;
    const struct fetch_request *request = errand->request;
    const struct transfer_request transfer_request = {
        url,          request->etag, request->modified, request->accept,
        request->max, request->take, request->context,
    };
    for (unsigned tries = 0;; tries++) {
        if (host->closed > now_ms()) {
            return ends(errand, FETCH_LATER, host->closed_why);
        }
        if (!pause_until(fetcher, host->next)) {
            return ends(errand, FETCH_STOPPED, SLICE("stopped"));
        }
        if (!request->begin(request->context)) {
            return ends(errand, FETCH_NOT_TAKEN, SLICE("it cannot be kept"));
        }
        if (fetcher->options->asks != NULL) {
            fetcher->options->asks(fetcher->options->context);
        }
        enum transfer_result result =
            transfer_get(fetcher->transfer, errand->arena, &transfer_request, got);
        host->next = now_ms() + pause_of(fetcher, host);
        switch (result) {
        case TRANSFER_DONE:
            if (!may_pass(got->status)) {
                host->failures = 0;
                return FETCH_DONE;
            }
            break;
        case TRANSFER_FAILED:
            break;
        case TRANSFER_REFUSED:
            return ends(errand, FETCH_LATER, got->problem);
        case TRANSFER_PRIVATE:
        case TRANSFER_TOO_LARGE:
            return ends(errand, FETCH_NEVER, got->problem);
        case TRANSFER_NOT_TAKEN:
            return ends(errand, FETCH_NOT_TAKEN, SLICE("it cannot be kept"));
        case TRANSFER_STOPPED:
            return ends(errand, FETCH_STOPPED, SLICE("stopped"));
        }
        if (!try_again(errand, host, url, got, tries)) {
            return FETCH_LATER;
        }
    }
}

/* --- robots.txt --------------------------------------------------------------------------------
 */

static enum fetch_result follow(struct errand *errand);

static bool begin_robots(void *context)
{
    buf_clear(context);
    return true;
}

/* What is more than there may be is not read: then this is false. */
static bool take_robots(void *context, slice bytes)
{
    struct buf *text = context;
    buf_put(text, slice_head(bytes, LIMIT_WEB_ROBOTS - text->len));
    return text->len < LIMIT_WEB_ROBOTS && !text->failed;
}

/* RFC 9309, 2.3.1: without one everything is allowed; while it cannot be had, nothing is. */
static enum fetch_result learn_robots(struct errand *errand, struct host *host)
{
    struct buf text;
    struct fetch_answer answer = { 0 };
    buf_init(&text, LIMIT_WEB_ROBOTS);
    const struct fetch_request request = {
        .url = arena_printf(errand->arena, "%.*s/robots.txt", SLICE_ARG(host->origin)),
        .max = UINT64_MAX,
        .begin = begin_robots,
        .take = take_robots,
        .context = &text,
    };
    struct errand its_errand = {
        .fetcher = errand->fetcher,
        .arena = errand->arena,
        .request = &request,
        .answer = &answer,
        .is_robots = true,
    };
    enum fetch_result result = follow(&its_errand);
    bool is_read = result == FETCH_DONE || result == FETCH_NOT_TAKEN;
    host->robots = (struct robots){ 0 };
    arena_release(&host->robots_arena);
    host->robots_known = result != FETCH_LATER && result != FETCH_STOPPED;
    host->robots_end = now_ms() + (host->robots_known ? ROBOTS_MS : LEFT_ALONE_MS);
    if (is_read) {
        robots_read(&host->robots_arena, buf_slice(&text), SLICE("matinee"), &host->robots);
    } else {
        errand->answer->problem = answer.problem;
    }
    buf_release(&text);
    return result;
}

/* May `url` be asked for? FETCH_DONE when it may. */
static enum fetch_result ask_robots(struct errand *errand, struct host *host,
                                    const struct web_url *url)
{
    if (host->robots_end <= now_ms()) {
        enum fetch_result result = learn_robots(errand, host);
        if (result == FETCH_STOPPED) {
            host->robots_end = 0;
            return result;
        }
        if (result == FETCH_LATER) {
            return ends(errand, FETCH_LATER,
                        arena_printf(errand->arena,
                                     "the robots.txt of its site cannot be had: "
                                     "%.*s",
                                     SLICE_ARG(errand->answer->problem)));
        }
    }
    if (!host->robots_known) {
        return ends(errand, FETCH_LATER, SLICE("the robots.txt of its site cannot be had"));
    }
    return robots_allows(&host->robots, url->path)
               ? FETCH_DONE
               : ends(errand, FETCH_NEVER, SLICE("the robots.txt of its site does not allow it"));
}

/* --- one file ----------------------------------------------------------------------------------
 */

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Was `url` asked for before on this errand, or is it one redirect too many? */
static enum fetch_result visit(struct errand *errand, slice url)
{
    for (size_t i = 0; i < errand->hops; i++) {
        if (slice_equal(errand->visited[i], url)) {
            return ends(errand, FETCH_NEVER, SLICE("redirects that go in a circle"));
        }
    }
    if (errand->hops > LIMIT_REDIRECTS) {
        return ends(errand, FETCH_NEVER, SLICE("too many redirects, one after the other"));
    }
    errand->visited[errand->hops++] = url;
    return FETCH_DONE;
}

static enum fetch_result judge(struct errand *errand, const struct transfer_answer *got)
{
    const struct fetch_request *request = errand->request;
    struct fetch_answer *answer = errand->answer;
    answer->etag = got->etag;
    answer->modified = got->modified;
    answer->type = got->type;
    answer->problem = SLICE_EMPTY;
    switch (got->status) {
    case 200:
        return FETCH_DONE;
    case 304:
        return request->etag.len > 0 || request->modified.len > 0
                   ? FETCH_SAME
                   : ends(errand, FETCH_NEVER, SLICE("the server answers 304, unasked"));
    case 404:
        return ends(errand, FETCH_GONE, SLICE("not found (404)"));
    case 410:
        return ends(errand, FETCH_GONE, SLICE("gone (410)"));
    case 401:
    case 403:
    case 451:
        return ends(errand, FETCH_NEVER,
                    arena_printf(errand->arena, "the server refuses it (%ld)", got->status));
    default:
        return ends(errand, FETCH_NEVER, problem_of(errand, got));
    }
}

static enum fetch_result follow(struct errand *errand)
{
    slice target = errand->request->url;
    for (;;) {
        struct web_url url;
        struct transfer_answer got;
        slice problem;
        errand->answer->url = target;
        if (!web_url_read(errand->arena, target, &url, &problem)) {
            return ends(errand, FETCH_NEVER,
                        errand->hops == 0 ? problem
                                          : arena_printf(errand->arena, "a redirect to %.*s",
                                                         SLICE_ARG(problem)));
        }
        struct host *host = hosts_find(&errand->fetcher->hosts, url.origin);
        enum fetch_result result = visit(errand, url.text);
        if (result == FETCH_DONE && !errand->is_robots) {
            result = ask_robots(errand, host, &url);
        }
        errand->answer->url = url.text;
        if (result == FETCH_DONE) {
            result = ask(errand, host, url.text, &got);
        }
        if (result != FETCH_DONE) {
            return result;
        }
        if (!is_redirect(got.status)) {
            return judge(errand, &got);
        }
        if (got.location.len == 0) {
            return ends(errand, FETCH_NEVER, SLICE("a redirect that leads nowhere"));
        }
        target = got.location;
    }
}

enum fetch_result fetch(struct fetcher *fetcher, struct arena *arena,
                        const struct fetch_request *request, struct fetch_answer *answer)
{
    struct errand errand = {
        .fetcher = fetcher, .arena = arena, .request = request, .answer = answer
    };
    *answer = (struct fetch_answer){ 0 };
    return follow(&errand);
}

struct fetcher *fetch_begin(const struct fetch_options *options)
{
    struct fetcher *fetcher = calloc(1, sizeof *fetcher);
    if (fetcher == NULL) {
        return NULL;
    }
    fetcher->options = options;
    fetcher->transfer_options = (struct transfer_options){
        .allow_private = options->allow_private,
        .connect_s = CONNECT_SECONDS,
        .stall_s = STALL_SECONDS,
        .total_s = TOTAL_SECONDS,
        .stop = options->stop,
    };
    fetcher->transfer = transfer_open(&fetcher->transfer_options);
    if (fetcher->transfer == NULL) {
        free(fetcher);
        return NULL;
    }
    return fetcher;
}

void fetch_end(struct fetcher *fetcher)
{
    if (fetcher != NULL) {
        transfer_close(fetcher->transfer);
        hosts_release(&fetcher->hosts);
        free(fetcher);
    }
}
