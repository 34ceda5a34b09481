/* facet_defs.c: what there are indexes of. */

#include "model/facet.h"

static size_t tag_count(const struct review *review)
{
    return review->tag_count;
}

static const struct name *tag_value(const struct review *review, size_t index,
                                    UNUSED const struct credit **credit)
{
    return &review->tags[index];
}

static size_t person_count(const struct review *review)
{
    return review->credit_count;
}

static const struct name *person_value(const struct review *review, size_t index,
                                       const struct credit **credit)
{
    *credit = &review->credits[index];
    return &review->credits[index].person;
}

static size_t year_count(const struct review *review)
{
    return review->year_count;
}

static const struct name *year_value(const struct review *review, size_t index,
                                     UNUSED const struct credit **credit)
{
    return &review->years[index];
}

static size_t genre_count(const struct review *review)
{
    return review->genre_count;
}

static const struct name *genre_value(const struct review *review, size_t index,
                                      UNUSED const struct credit **credit)
{
    return &review->genres[index];
}

static size_t platform_count(const struct review *review)
{
    return review->platform_count;
}

static const struct name *platform_value(const struct review *review, size_t index,
                                         UNUSED const struct credit **credit)
{
    return &review->platforms[index];
}

static size_t series_count(const struct review *review)
{
    return review->series.text.len > 0;
}

static const struct name *series_value(const struct review *review, UNUSED size_t index,
                                       UNUSED const struct credit **credit)
{
    return &review->series;
}

static size_t quote_count(const struct review *review)
{
    return review->quote_count;
}

static const struct name *speaker_value(const struct review *review, size_t index,
                                        UNUSED const struct credit **credit)
{
    const struct name *speaker = &review->quotes[index].speaker;
    return speaker->text.len > 0 ? speaker : NULL;
}

static const struct name *actor_value(const struct review *review, size_t index,
                                      const struct credit **credit)
{
    *credit = review->quotes[index].actor;
    return *credit != NULL ? &(*credit)->person : NULL;
}

const struct facet_def facet_defs[FACET_COUNT] = {
    { "tags", "Tags", "tag", FACET_TAGS, FACET_BY_COUNT, .has_feeds = true, .has_best = true,
      .has_neighbours = true, .count = tag_count, .value = tag_value },
    { "people", "People", "person", FACET_PEOPLE, FACET_BY_COUNT, .has_feeds = true,
      .has_neighbours = true, .mentions = MENTIONS_BY_PART, .count = person_count,
      .value = person_value },
    { "years", "Years", "year", FACET_YEARS, FACET_BY_NAME_DESCENDING, .has_best = true,
      .has_neighbours = true, .count = year_count, .value = year_value },
    { "genres", "Genres", "genre", FACET_GENRES, FACET_BY_COUNT, .has_feeds = true,
      .has_best = true, .has_neighbours = true, .count = genre_count, .value = genre_value },
    { "platforms", "Platforms", "platform", FACET_PLATFORMS, FACET_BY_COUNT, .has_feeds = true,
      .has_best = true, .has_neighbours = true, .count = platform_count, .value = platform_value },
    { "series", "Series", "series", FACET_SERIES, FACET_BY_COUNT, .has_feeds = true,
      .mentions = MENTIONS_IN_SERIES, .count = series_count, .value = series_value },
    { "speakers", "Speakers", "speaker", FACET_SPEAKERS, FACET_BY_COUNT, .of_quotes = true,
      .count = quote_count, .value = speaker_value },
    { "actors", "Actors who are quoted", "actor", FACET_ACTORS, FACET_BY_COUNT, .of_quotes = true,
      .count = quote_count, .value = actor_value },
};
