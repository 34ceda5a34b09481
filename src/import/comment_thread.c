#include "import/comment_thread.h"

#include "base/slice_map.h"
#include "import/entry.h"
#include "text/date.h"

#include <stdlib.h>

/* A comment among the others, which are sorted: one at a lower address is older. */
struct node {
    const struct comment *comment;
    bool has_moment;
    int64_t moment;
    struct node *to;    /* whom it answers, */
    struct node *above; /* and below whom it stands */
    bool to_missing;
    bool is_doubled;
    size_t walk; /* the number of the walk that came here first; 0: none yet */
    struct node *first_below;
    struct node *next; /* below the same one */
};

/* Oldest first. What has the same second is told apart by its fraction, then by its id. */
static int by_age(const void *a, const void *b)
{
    const struct node *x = a;
    const struct node *y = b;
    if (x->has_moment != y->has_moment) {
        return x->has_moment ? -1 : 1;
    }
    if (x->moment != y->moment) {
        return x->moment < y->moment ? -1 : 1;
    }
    int order = slice_compare(x->comment->published, y->comment->published);
    order = order != 0 ? order : slice_compare(x->comment->id, y->comment->id);
    return order != 0 ? order : (x->comment > y->comment) - (x->comment < y->comment);
}

static struct node *make_nodes(struct arena *arena, const struct comment *comments, size_t count)
{
    struct node *nodes = arena_array(arena, count, sizeof *nodes);
    for (size_t i = 0; i < count; i++) {
        nodes[i].comment = &comments[i];
        nodes[i].has_moment = date_parse_moment(comments[i].published, &nodes[i].moment);
        nodes[i].moment = nodes[i].has_moment ? nodes[i].moment : 0;
    }
    if (count > 1) {
        qsort(nodes, count, sizeof *nodes, by_age);
    }
    return nodes;
}

/* What comments are known by. */
struct known {
    struct slice_map ids;
    struct slice_map numbers; /* the ends of their ids */
};

/* Ids of one thing may begin otherwise in one place than in another, and end in the same number. */
static bool is_same_id(slice a, slice b)
{
    slice number = entry_number(a);
    return slice_equal(a, b) || (number.len > 0 && slice_equal(number, entry_number(b)));
}

static struct node *find(const struct known *known, slice answered, slice post)
{
    slice number = entry_number(answered);
    struct node *found = slice_map_get(&known->ids, answered);
    if (found != NULL || number.len == 0 || slice_equal(number, entry_number(post))) {
        return found;
    }
    return slice_map_get(&known->numbers, number);
}

/* Find whom each one answers. */
static void find_answered(struct arena *arena, struct node *nodes, size_t count, slice post)
{
    struct known known;
    slice_map_init(&known.ids, arena);
    slice_map_init(&known.numbers, arena);
    for (size_t i = 0; i < count; i++) {
        slice id = nodes[i].comment->id;
        slice number = entry_number(id);
        nodes[i].is_doubled = id.len > 0 && !slice_map_claim(&known.ids, id, &nodes[i]);
        if (number.len > 0 && !nodes[i].is_doubled) {
            (void)slice_map_claim(&known.numbers, number, &nodes[i]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        slice answered = nodes[i].comment->in_reply_to;
        struct node *to = answered.len > 0 ? find(&known, answered, post) : NULL;
        nodes[i].to = to != &nodes[i] ? to : NULL;
        nodes[i].above = nodes[i].to;
        nodes[i].to_missing = to == NULL && answered.len > 0 && !is_same_id(answered, post);
    }
    slice_map_release(&known.ids);
    slice_map_release(&known.numbers);
}

/* Let no comment stand below itself: of a circle the oldest stands below nothing. */
static void open_circles(struct node *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct node *node = &nodes[i];
        while (node != NULL && node->walk == 0) {
            node->walk = i + 1;
            node = node->above;
        }
        if (node == NULL || node->walk != i + 1) {
            continue;
        }
        struct node *oldest = node;
        for (struct node *other = node->above; other != NULL && other != node;
             other = other->above) {
            oldest = other < oldest ? other : oldest;
        }
        oldest->above = NULL;
    }
}

/* Hang each below the one above it; the result is the first of those below nothing. */
static struct node *hang(struct node *nodes, size_t count)
{
    struct node *first = NULL;
    for (size_t i = count; i-- > 0;) {
        struct node *node = &nodes[i];
        struct node **list = node->above != NULL ? &node->above->first_below : &first;
        if (!node->is_doubled) {
            node->next = *list;
            *list = node;
        }
    }
    return first;
}

/* The one that is read after `node`. */
static const struct node *after(const struct node *node)
{
    if (node->first_below != NULL) {
        return node->first_below;
    }
    while (node != NULL && node->next == NULL) {
        node = node->above;
    }
    return node != NULL ? node->next : NULL;
}

void comment_thread_make(struct arena *arena, const struct comment *comments, size_t count,
                         slice post, struct comment_thread *thread)
{
    struct node *nodes = make_nodes(arena, comments, count);
    *thread = (struct comment_thread){ 0 };
    find_answered(arena, nodes, count, post);
    open_circles(nodes, count);
    thread->places = arena_array(arena, count, sizeof *thread->places);
    for (const struct node *node = hang(nodes, count); node != NULL; node = after(node)) {
        thread->places[thread->count++] =
            (struct comment_place){ .comment = node->comment,
                                    .to = node->to != NULL ? node->to->comment : NULL,
                                    .is_below = node->above != NULL,
                                    .to_missing = node->to_missing,
                                    .has_moment = node->has_moment,
                                    .moment = node->moment };
    }
    thread->doubled = count - thread->count;
}
