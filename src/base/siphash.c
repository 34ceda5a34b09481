#include "base/siphash.h"

struct state {
    uint64_t a, b, c, d;
};

static uint64_t rotate(uint64_t word, unsigned by)
{
    return word << by | word >> (64 - by);
}

static void mix(struct state *s, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        s->a += s->b;
        s->c += s->d;
        s->b = rotate(s->b, 13) ^ s->a;
        s->d = rotate(s->d, 16) ^ s->c;
        s->a = rotate(s->a, 32);
        s->c += s->b;
        s->a += s->d;
        s->b = rotate(s->b, 17) ^ s->c;
        s->d = rotate(s->d, 21) ^ s->a;
        s->c = rotate(s->c, 32);
    }
}

static void take_word(struct state *s, uint64_t word)
{
    s->d ^= word;
    mix(s, 2);
    s->a ^= word;
}

static uint64_t word_at(const char *ptr, size_t count)
{
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++) {
        word |= (uint64_t)(unsigned char)ptr[i] << (8 * i);
    }
    return word;
}

uint64_t siphash(const struct siphash_key *key, slice bytes)
{
    struct state s = {
        key->low ^ 0x736f6d6570736575u,
        key->high ^ 0x646f72616e646f6du,
        key->low ^ 0x6c7967656e657261u,
        key->high ^ 0x7465646279746573u,
    };
    size_t at = 0;
    for (; bytes.len - at >= 8; at += 8) {
        take_word(&s, word_at(bytes.ptr + at, 8));
    }
    /* The last word holds what is left, and the length in its highest byte. */
    take_word(&s, word_at(bytes.ptr + at, bytes.len - at) | (uint64_t)bytes.len << 56);
    s.c ^= 0xff;
    mix(&s, 4);
    return s.a ^ s.b ^ s.c ^ s.d;
}
