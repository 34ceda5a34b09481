/* What addresses have used of their rates, and how many connections they hold. */
#include "check.h"

#include "server/peers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const int64_t start = 1000 * 1000000ll;
static const int64_t second = 1000000;

static struct peers *peers;
static struct server_limits limits;

static int set_up(void **state)
{
    (void)state;
    peers = peers_new();
    server_limits_init(&limits);
    limits.rate = 2;
    limits.burst = 5;
    return peers == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    peers_free(peers);
    return 0;
}

static struct peer_address parsed(const char *text)
{
    struct peer_address address;
    assert_true(peer_address_parse(slice_of(text), &address));
    return address;
}

static peer_id enter(unsigned place, const char *text)
{
    struct peer_address address = parsed(text);
    return peers_enter(peers, place, &address, start);
}

static void test_defaults(void **state)
{
    (void)state;
    static const struct {
        const char *address;
        bool is_unlimited;
    } rows[] = {
        { "127.0.0.1", true },  { "127.255.0.9", true },  { "::1", true },
        { "192.0.2.7", false }, { "2001:db8::1", false }, { "::2", false },
    };
    struct server_limits defaults;
    const struct peer_address local = { .family = AF_UNIX };
    server_limits_init(&defaults);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct peer_address address = parsed(rows[i].address);
        assert_int_equal(prefix_list_holds(&defaults.unlimited, &address), rows[i].is_unlimited);
    }
    assert_true(prefix_list_holds(&defaults.unlimited, &local));
    assert_true(defaults.rate > 0 && defaults.burst >= defaults.rate);
}

static unsigned taken(peer_id peer, int64_t now, unsigned tries)
{
    unsigned count = 0;
    unsigned seconds = 0;
    for (unsigned i = 0; i < tries; i++) {
        count += peers_take_request(peers, peer, &limits, now, &seconds);
    }
    return count;
}

static void test_rate(void **state)
{
    (void)state;
    unsigned seconds = 0;
    peer_id peer = enter(peers_join(peers, getpid()), "192.0.2.7");
    assert_int_equal(taken(peer, start, 100), 5);
    assert_false(peers_take_request(peers, peer, &limits, start, &seconds));
    assert_int_equal(seconds, 1);
    /* What is refused costs nothing. */
    assert_int_equal(taken(peer, start + second / 2 - 1, 100), 0);
    assert_int_equal(taken(peer, start + second / 2, 100), 1);
    assert_int_equal(taken(peer, start + 2 * second, 100), 3);
    /* After a quiet time there is a burst again, and no more than one. */
    assert_int_equal(taken(peer, start + 1000 * second, 100), 5);
    /* A clock of another processor may be a little behind. */
    assert_int_equal(taken(peer, start + 1000 * second - 1000, 100), 0);

    limits.rate = 1;
    limits.burst = 1;
    peer = enter(0, "192.0.2.8");
    assert_int_equal(taken(peer, start, 1), 1);
    assert_false(peers_take_request(peers, peer, &limits, start + 1, &seconds));
    assert_int_equal(seconds, 1);
    assert_false(peers_take_request(peers, peer, &limits, start - second - 1, &seconds));
    assert_int_equal(seconds, 3);

    limits.rate = 0;
    assert_int_equal(taken(peer, start, 1000), 1000);
    limits.rate = 1;
    assert_int_equal(taken(PEER_NONE, start, 1000), 1000);
}

static void test_far_over_the_rate(void **state)
{
    (void)state;
    peer_id peer = enter(peers_join(peers, getpid()), "192.0.2.7");
    unsigned count = 0;
    while (peers_take_handshake(peers, peer, &limits, start)) {
        count++;
    }
    assert_int_equal(count, 5 * LIMIT_FAR_OVER);
    assert_false(peers_may_handshake(peers, peer, &limits, start));
    assert_true(peers_may_handshake(peers, peer, &limits, start + second / 2 / LIMIT_FAR_OVER));
    /* Requests are counted apart. */
    assert_int_equal(taken(peer, start, 100), 5);
    assert_true(peers_may_handshake(peers, PEER_NONE, &limits, start));
    assert_true(peers_take_handshake(peers, PEER_NONE, &limits, start));
    limits.rate = 0;
    assert_true(peers_may_handshake(peers, peer, &limits, start));
    assert_true(peers_take_handshake(peers, peer, &limits, start));
}

static void test_what_is_one_address(void **state)
{
    (void)state;
    static const struct {
        const char *one;
        const char *other;
        bool are_one;
    } rows[] = {
        { "192.0.2.7", "192.0.2.7", true },
        { "192.0.2.7", "192.0.2.6", false },
        { "192.0.2.7", "::ffff:192.0.2.7", true },
        { "2001:db8:1:2::", "2001:db8:1:2:ffff:ffff:ffff:ffff", true },
        { "2001:db8:1:2::", "2001:db8:1:3::", false },
        { "fe80::1", "fe80::1", true },
        { "fe80::1", "fe80::2", false },
        { "127.0.0.1", "7f00:1::", false },
    };
    unsigned place = peers_join(peers, getpid());
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        peer_id one = enter(place, rows[i].one);
        peer_id other = enter(place, rows[i].other);
        assert_true(one != PEER_NONE && other != PEER_NONE);
        assert_int_equal(one == other, rows[i].are_one);
        peers_exit(peers, place, one);
        peers_exit(peers, place, other);
    }
    const struct peer_address local = { .family = AF_UNIX };
    const struct peer_address unknown = { .family = AF_UNSPEC };
    peer_id one = peers_enter(peers, place, &local, start);
    assert_true(one != PEER_NONE && one != enter(place, "0.0.0.0") && one != enter(place, "::"));
    assert_true(peers_enter(peers, place, &local, start) == one);
    assert_true(peers_enter(peers, place, &unknown, start) == PEER_NONE);
}

static void test_connections(void **state)
{
    (void)state;
    /* Numbers of processes that exist: ours and our parent's. */
    unsigned one = peers_join(peers, getpid());
    unsigned other = peers_join(peers, getppid());
    assert_int_not_equal(one, other);
    peer_id peer = enter(one, "192.0.2.7");
    assert_int_equal(peers_connections(peers, peer), 1);
    assert_true(enter(other, "192.0.2.7") == peer);
    assert_true(enter(other, "192.0.2.7") == peer);
    assert_int_equal(peers_connections(peers, peer), 3);
    peers_exit(peers, other, peer);
    assert_int_equal(peers_connections(peers, peer), 2);
    /* A worker that dies takes with it what it has counted, and who comes next counts from 0. */
    peers_leave(peers, getppid());
    assert_int_equal(peers_connections(peers, peer), 1);
    assert_int_equal(peers_join(peers, getppid()), other);
    assert_int_equal(peers_connections(peers, peer), 1);
    peers_exit(peers, other, peer);
    assert_int_equal(peers_connections(peers, peer), 1);
    assert_int_equal(peers_connections(peers, PEER_NONE), 0);
    peers_exit(peers, one, PEER_NONE);
}

static pid_t dead_child(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        _exit(0);
    }
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return pid;
}

static void test_places(void **state)
{
    (void)state;
    /* One that nobody gave back. */
    unsigned place = peers_join(peers, dead_child());
    peer_id peer = enter(place, "192.0.2.7");
    assert_int_equal(peers_join(peers, getpid()), place);
    assert_int_equal(peers_connections(peers, peer), 0);
    /* When there are no more, rates hold all the same. */
    unsigned last = 0;
    for (int i = 0; i < 1000; i++) {
        last = peers_join(peers, getpid());
    }
    peer = enter(last, "192.0.2.8");
    assert_true(peer != PEER_NONE);
    assert_int_equal(peers_connections(peers, peer), 0);
    assert_int_equal(taken(peer, start, 100), 5);
    peers_exit(peers, last, peer);
    peers_leave(peers, getpid());
    assert_int_equal(peers_join(peers, getpid()), 0);
}

static struct peer_address numbered(uint32_t number)
{
    struct peer_address address = { .family = AF_INET };
    number = htonl(number);
    memcpy(address.bytes, &number, 4);
    return address;
}

static void test_a_full_table(void **state)
{
    (void)state;
    unsigned place = peers_join(peers, getpid());
    /* Who has connections, and who has just used up its rate, is not pushed out by many others that
     * come and go. */
    peer_id held = enter(place, "192.0.2.7");
    struct peer_address limited = parsed("192.0.2.8");
    peer_id used = peers_enter(peers, place, &limited, start);
    peers_exit(peers, place, used);
    limits.burst = 600;
    assert_int_equal(taken(used, start, 1000), 600);
    for (uint32_t i = 0; i < 3 * LIMIT_PEERS; i++) {
        struct peer_address address = numbered(0x0a000000u + i);
        peer_id peer = peers_enter(peers, place, &address, start + i);
        assert_true(peer != PEER_NONE && peer != held);
        peers_exit(peers, place, peer);
    }
    assert_true(enter(place, "192.0.2.7") == held);
    assert_int_equal(peers_connections(peers, held), 2);
    assert_true(peers_enter(peers, place, &limited, start) == used);
    assert_int_equal(taken(used, start, 1), 0);
    /* All of them hold connections: who finds no entry is not limited, and all goes on. */
    unsigned without = 0;
    for (uint32_t i = 0; i < 2 * LIMIT_PEERS; i++) {
        struct peer_address address = numbered(0x0b000000u + i);
        without += peers_enter(peers, place, &address, start + i) == PEER_NONE;
    }
    assert_true(without >= LIMIT_PEERS);
    assert_int_equal(peers_connections(peers, held), 2);
    peers_leave(peers, getpid());
    place = peers_join(peers, getpid());
    assert_true(enter(place, "192.0.2.9") != PEER_NONE);
}

static void test_a_key_of_its_own(void **state)
{
    (void)state;
    struct peers *others = peers_new();
    unsigned same = 0;
    assert_non_null(others);
    for (uint32_t i = 0; i < 1000; i++) {
        struct peer_address address = numbered(0x0a000000u + i);
        same += peers_enter(peers, 0, &address, start) == peers_enter(others, 0, &address, start);
    }
    assert_true(same < 20);
    peers_free(others);
}

/* Several processes at once, each of which is killed somewhere. */
static void test_room_of_the_others(void **state)
{
    (void)state;
    const pid_t other = fork();
    if (other == 0) {
        (void)pause();
        _exit(0);
    }
    assert_true(other > 0);
    unsigned mine = peers_join(peers, getpid());
    unsigned theirs = peers_join(peers, other);
    peers_offer_room(peers, mine, 7);
    assert_int_equal(peers_room_elsewhere(peers, mine), 0);
    assert_int_equal(peers_room_elsewhere(peers, theirs), 7);
    peers_offer_room(peers, theirs, 3);
    assert_int_equal(peers_room_elsewhere(peers, mine), 3);
    /* Who is gone offers nothing, and nor does who comes after it until it says so. */
    peers_leave(peers, other);
    assert_int_equal(peers_room_elsewhere(peers, mine), 0);
    assert_int_equal(peers_join(peers, other), theirs);
    assert_int_equal(peers_room_elsewhere(peers, mine), 0);
    assert_int_equal(kill(other, SIGKILL), 0);
    assert_int_equal(waitpid(other, NULL, 0), other);
}

static void test_workers_that_are_killed(void **state)
{
    (void)state;
    enum { WORKERS = 4, ADDRESSES = 200 };
    pid_t pids[WORKERS];
    int ready[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    for (int w = 0; w < WORKERS; w++) {
        pids[w] = fork();
        assert_true(pids[w] >= 0);
        if (pids[w] == 0) {
            unsigned place = peers_join(peers, getpid());
            peer_id holds[ADDRESSES] = { 0 };
            for (unsigned i = 0;; i++) {
                struct peer_address address = numbered(0x0a000000u + i % ADDRESSES);
                unsigned seconds = 0;
                if (i >= ADDRESSES) {
                    peers_exit(peers, place, holds[i % ADDRESSES]);
                }
                holds[i % ADDRESSES] = peers_enter(peers, place, &address, start);
                (void)!peers_take_request(peers, holds[i % ADDRESSES], &limits, start, &seconds);
                if (i == 10 * ADDRESSES) {
                    (void)!write(ready[1], "r", 1);
                }
            }
        }
    }
    for (int w = 0; w < WORKERS; w++) {
        assert_int_equal(read(ready[0], &byte, 1), 1);
    }
    for (int w = 0; w < WORKERS; w++) {
        assert_int_equal(kill(pids[w], SIGKILL), 0);
        assert_int_equal(waitpid(pids[w], NULL, 0), pids[w]);
        peers_leave(peers, pids[w]);
    }
    unsigned place = peers_join(peers, getpid());
    for (uint32_t i = 0; i < ADDRESSES; i++) {
        struct peer_address address = numbered(0x0a000000u + i);
        peer_id peer = peers_enter(peers, place, &address, start);
        assert_int_equal(peers_connections(peers, peer), 1);
        assert_int_equal(taken(peer, start, 10), 0);
    }
    (void)close(ready[0]);
    (void)close(ready[1]);
}

static void test_what_is_said(void **state)
{
    (void)state;
    unsigned long counts[TURNED_KINDS];
    assert_false(peers_report(peers, start, true, counts));
    /* Where there was nothing to say, nothing is put off. */
    peers_note(peers, TURNED_SLOW_DOWN);
    assert_true(peers_report(peers, start, false, counts));
    assert_int_equal(counts[TURNED_SLOW_DOWN], 1);
    peers_note(peers, TURNED_SLOW_DOWN);
    assert_false(peers_report(peers, start + second, false, counts));
    peers_note(peers, TURNED_SLOW_DOWN);
    peers_note(peers, TURNED_CUT);
    assert_true(peers_report(peers, start + LIMIT_REPORT_SECONDS * second, false, counts));
    assert_int_equal(counts[TURNED_SLOW_DOWN], 2);
    assert_int_equal(counts[TURNED_CLOSED], 0);
    assert_int_equal(counts[TURNED_CUT], 1);
    peers_note(peers, TURNED_CLOSED);
    assert_true(peers_report(peers, start + LIMIT_REPORT_SECONDS * second, true, counts));
    assert_int_equal(counts[TURNED_CLOSED], 1);
    assert_int_equal(counts[TURNED_CUT], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_rate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_far_over_the_rate, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_one_address, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_connections, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_places, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_full_table, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_key_of_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_room_of_the_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_workers_that_are_killed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_said, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
