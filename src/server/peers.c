#include "server/peers.h"

#include "base/limits.h"
#include "base/siphash.h"

#include <errno.h>
#include <openssl/rand.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

/* Entries among which an address may have its own: two lines of a processor's cache. */
enum { WAYS = 4, SETS = LIMIT_PEERS / WAYS };
/* Workers of all generations, with some that their loader has left behind. */
enum { PLACES = LIMIT_WORKERS * (LIMIT_DRAINING + 2) };

/* A bucket of tokens as one moment: when it is full again. Each token that is taken moves the
 * moment by the time in which one comes back. It is full when the moment is past. */
struct bucket {
    _Atomic int64_t full_at;
};

struct entry {
    _Atomic uint64_t key; /* hash of the address; 0: never used */
    struct bucket requests;
    struct bucket handshakes;
    _Atomic int64_t seen; /* when a connection of it was last counted */
};

struct place {
    _Atomic pid_t owner; /* 0: free; negative while it is being cleared for that process */
    _Atomic bool is_used;
    _Atomic size_t room; /* for connections of any address */
    _Atomic uint16_t counts[LIMIT_PEERS];
};

struct peers {
    struct siphash_key hash_key;
    _Atomic unsigned places; /* all that were ever taken are below */
    _Atomic int64_t reported_at;
    _Atomic unsigned long turned_away[TURNED_KINDS];
    struct entry entries[LIMIT_PEERS];
    struct place all[PLACES];
};

_Static_assert(LIMIT_PEERS % WAYS == 0 && (SETS & (SETS - 1)) == 0, "sets are a power of two");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "atomics in shared memory must not take locks");

/* --- the table -------------------------------------------------------------------------------- */

struct peers *peers_new(void)
{
    struct siphash_key key;
    if (RAND_bytes((unsigned char *)&key, sizeof key) != 1) {
        errno = EIO;
        return NULL;
    }
    /* Only pages that are written take memory: two megabytes and 64 kB a worker at most. */
    void *memory = mmap(NULL, sizeof(struct peers), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    struct peers *peers = memory;
    peers->hash_key = key;
    return peers;
}

void peers_free(struct peers *peers)
{
    if (peers != NULL) {
        (void)munmap(peers, sizeof *peers);
    }
}

static uint64_t key_of(const struct peers *peers, const struct peer_address *address)
{
    struct peer_address whose = *address;
    /* On a link all have the same prefix. */
    bool is_link_local =
        whose.family == AF_INET6 && whose.bytes[0] == 0xfe && (whose.bytes[1] & 0xc0) == 0x80;
    if (!is_link_local) {
        peer_address_cut(&whose, 32, 64);
    }
    char bytes[1 + sizeof whose.bytes];
    bytes[0] = whose.family == AF_INET6 ? 6 : whose.family == AF_INET ? 4 : 0;
    memcpy(bytes + 1, whose.bytes, sizeof whose.bytes);
    uint64_t key = siphash(&peers->hash_key, (slice){ bytes, sizeof bytes });
    return key != 0 ? key : 1;
}

static int64_t later(int64_t a, _Atomic int64_t *b)
{
    int64_t value = atomic_load_explicit(b, memory_order_relaxed);
    return a > value ? a : value;
}

static peer_id find(struct peers *peers, peer_id first, uint64_t key)
{
    for (peer_id i = first; i < first + WAYS; i++) {
        if (atomic_load(&peers->entries[i].key) == key) {
            return i;
        }
    }
    return PEER_NONE;
}

/* The one that has been quiet for longest, and would lose least; none that has connections. */
static peer_id find_stalest(struct peers *peers, peer_id first)
{
    peer_id stalest = PEER_NONE;
    int64_t stalest_at = INT64_MAX;
    for (peer_id i = first; i < first + WAYS; i++) {
        struct entry *entry = &peers->entries[i];
        int64_t at = later(0, &entry->requests.full_at);
        at = later(at, &entry->handshakes.full_at);
        at = atomic_load(&entry->key) != 0 ? later(at, &entry->seen) : -1;
        if (at < stalest_at && peers_connections(peers, i) == 0) {
            stalest = i;
            stalest_at = at;
        }
    }
    return stalest;
}

static peer_id find_or_make(struct peers *peers, uint64_t key)
{
    peer_id first = (peer_id)(key % SETS) * WAYS;
    peer_id found = find(peers, first, key);
    for (int tries = 0; found == PEER_NONE && tries < WAYS; tries++) {
        peer_id stalest = find_stalest(peers, first);
        if (stalest == PEER_NONE) {
            return PEER_NONE;
        }
        struct entry *entry = &peers->entries[stalest];
        uint64_t old = atomic_load(&entry->key);
        atomic_store(&entry->requests.full_at, 0);
        atomic_store(&entry->handshakes.full_at, 0);
        (void)atomic_compare_exchange_strong(&entry->key, &old, key);
        /* Another worker may have made one too, or have taken this: the first one counts. */
        found = find(peers, first, key);
    }
    return found;
}

/* --- places ----------------------------------------------------------------------------------- */

/* Of processes whose end nobody here was told: a system may give the children of a loader that died
 * to another parent than the master. */
static void give_back_orphaned(struct peers *peers)
{
    for (unsigned i = 0; i < atomic_load(&peers->places); i++) {
        pid_t owner = atomic_load(&peers->all[i].owner);
        pid_t pid = owner < 0 ? -owner : owner;
        if (pid != 0 && kill(pid, 0) != 0 && errno == ESRCH) {
            (void)atomic_compare_exchange_strong(&peers->all[i].owner, &owner, 0);
        }
    }
}

static void clear(struct place *place)
{
    for (size_t i = 0; atomic_load(&place->is_used) && i < LIMIT_PEERS; i++) {
        atomic_store_explicit(&place->counts[i], 0, memory_order_relaxed);
    }
    atomic_store(&place->is_used, true);
    atomic_store(&place->room, 0);
}

unsigned peers_join(struct peers *peers, pid_t pid)
{
    give_back_orphaned(peers);
    for (unsigned i = 0; i < PLACES; i++) {
        struct place *place = &peers->all[i];
        pid_t nobody = 0;
        if (!atomic_compare_exchange_strong(&place->owner, &nobody, -pid)) {
            continue;
        }
        clear(place);
        atomic_store(&place->owner, pid);
        unsigned known = atomic_load(&peers->places);
        while (known <= i && !atomic_compare_exchange_weak(&peers->places, &known, i + 1)) {
        }
        return i;
    }
    return PLACES;
}

void peers_leave(struct peers *peers, pid_t pid)
{
    for (unsigned i = 0; i < atomic_load(&peers->places); i++) {
        pid_t owner = atomic_load(&peers->all[i].owner);
        if (owner == pid || owner == -pid) {
            (void)atomic_compare_exchange_strong(&peers->all[i].owner, &owner, 0);
        }
    }
}

/* --- connections ------------------------------------------------------------------------------ */

static void add(struct peers *peers, unsigned place, peer_id peer, int by)
{
    if (place < PLACES && peer != PEER_NONE) {
        _Atomic uint16_t *count = &peers->all[place].counts[peer];
        int value = atomic_load_explicit(count, memory_order_relaxed) + by;
        if (value >= 0 && value <= UINT16_MAX) {
            atomic_store_explicit(count, (uint16_t)value, memory_order_relaxed);
        }
    }
}

void peers_offer_room(struct peers *peers, unsigned place, size_t connections)
{
    if (place < PLACES) {
        atomic_store_explicit(&peers->all[place].room, connections, memory_order_relaxed);
    }
}

size_t peers_room_elsewhere(const struct peers *peers, unsigned place)
{
    unsigned places = atomic_load(&peers->places);
    size_t sum = 0;
    for (unsigned i = 0; i < places; i++) {
        const struct place *other = &peers->all[i];
        if (i != place && atomic_load(&other->owner) > 0) {
            sum += atomic_load_explicit(&other->room, memory_order_relaxed);
        }
    }
    return sum;
}

peer_id peers_enter(struct peers *peers, unsigned place, const struct peer_address *address,
                    int64_t now_us)
{
    if (address->family == AF_UNSPEC) {
        return PEER_NONE;
    }
    peer_id found = find_or_make(peers, key_of(peers, address));
    if (found != PEER_NONE) {
        atomic_store_explicit(&peers->entries[found].seen, now_us, memory_order_relaxed);
    }
    add(peers, place, found, 1);
    return found;
}

void peers_exit(struct peers *peers, unsigned place, peer_id peer)
{
    add(peers, place, peer, -1);
}

unsigned peers_connections(const struct peers *peers, peer_id peer)
{
    unsigned sum = 0;
    unsigned places = atomic_load(&peers->places);
    for (unsigned i = 0; peer != PEER_NONE && i < places; i++) {
        if (atomic_load_explicit(&peers->all[i].owner, memory_order_relaxed) > 0) {
            sum += atomic_load_explicit(&peers->all[i].counts[peer], memory_order_relaxed);
        }
    }
    return sum;
}

/* --- rates ------------------------------------------------------------------------------------ */

/* A bucket holds `burst` tokens; one comes back every `interval` microseconds. */
struct rule {
    int64_t interval;
    int64_t burst;
};

/* `times` as many as requests may be. */
static struct rule rule_of(const struct server_limits *limits, unsigned times)
{
    return (struct rule){ 1000000 / times / (int64_t)limits->rate, (int64_t)limits->burst * times };
}

/* When the bucket would be full again after a token was taken. */
static int64_t next_full(int64_t full_at, int64_t now, const struct rule *rule)
{
    return (full_at > now ? full_at : now) + rule->interval;
}

/* 0, or the microseconds until the bucket has a token to take. */
static int64_t wait_for_token(int64_t next, int64_t now, const struct rule *rule)
{
    int64_t wait = next - now - rule->interval * rule->burst;
    return wait > 0 ? wait : 0;
}

/* Take a token. Returns 0, or the microseconds until there is one. */
static int64_t take(struct bucket *bucket, int64_t now, const struct rule *rule)
{
    int64_t full_at = atomic_load(&bucket->full_at);
    int64_t next = 0;
    do {
        next = next_full(full_at, now, rule);
        int64_t wait = wait_for_token(next, now, rule);
        if (wait > 0) {
            return wait;
        }
    } while (!atomic_compare_exchange_weak(&bucket->full_at, &full_at, next));
    return 0;
}

bool peers_take_request(struct peers *peers, peer_id peer, const struct server_limits *limits,
                        int64_t now_us, unsigned *seconds)
{
    *seconds = 0;
    if (peer == PEER_NONE || limits->rate == 0) {
        return true;
    }
    const struct rule rule = rule_of(limits, 1);
    int64_t wait = take(&peers->entries[peer].requests, now_us, &rule);
    *seconds = (unsigned)((wait + 999999) / 1000000);
    return wait == 0;
}

bool peers_may_handshake(struct peers *peers, peer_id peer, const struct server_limits *limits,
                         int64_t now_us)
{
    if (peer == PEER_NONE || limits->rate == 0) {
        return true;
    }
    const struct rule rule = rule_of(limits, LIMIT_FAR_OVER);
    int64_t full_at = atomic_load(&peers->entries[peer].handshakes.full_at);
    return wait_for_token(next_full(full_at, now_us, &rule), now_us, &rule) == 0;
}

bool peers_take_handshake(struct peers *peers, peer_id peer, const struct server_limits *limits,
                          int64_t now_us)
{
    if (peer == PEER_NONE || limits->rate == 0) {
        return true;
    }
    const struct rule rule = rule_of(limits, LIMIT_FAR_OVER);
    return take(&peers->entries[peer].handshakes, now_us, &rule) == 0;
}

/* --- for the log ------------------------------------------------------------------------------ */

void peers_note(struct peers *peers, enum turned_away what)
{
    (void)atomic_fetch_add(&peers->turned_away[what], 1);
}

bool peers_report(struct peers *peers, int64_t now_us, bool at_once,
                  unsigned long counts[TURNED_KINDS])
{
    int64_t last = atomic_load(&peers->reported_at);
    bool is_news = false;
    for (int i = 0; i < TURNED_KINDS; i++) {
        is_news |= atomic_load_explicit(&peers->turned_away[i], memory_order_relaxed) > 0;
    }
    bool is_due = last == 0 || now_us - last >= (int64_t)LIMIT_REPORT_SECONDS * 1000000;
    if (!is_news || (!is_due && !at_once) ||
        !atomic_compare_exchange_strong(&peers->reported_at, &last, now_us)) {
        return false; /* or another worker does it */
    }
    unsigned long sum = 0;
    for (int i = 0; i < TURNED_KINDS; i++) {
        counts[i] = atomic_exchange(&peers->turned_away[i], 0);
        sum += counts[i];
    }
    return sum > 0;
}
