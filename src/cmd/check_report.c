#include "cmd/check_report.h"

#include "cmd/json.h"
#include "cmd/terminal.h"

static const struct {
    const char *heading, *name;
} lacks[LACKS] = {
    [LACK_POSTER] = { "reviews without a poster", "poster" },
    [LACK_QUOTE] = { "reviews without a quote", "quote" },
    [LACK_TAGS] = { "reviews without tags", "tags" },
    [LACK_LINKS] = { "reviews that nothing links to", "links" },
};

static const struct {
    const char *text, *name;
} whys[] = {
    [ALIKE_DIVIDED] = { "the same letters", "divided" },
    [ALIKE_SOUND] = { "they sound alike", "sound" },
    [ALIKE_ORDER] = { "the names in another order", "order" },
    [ALIKE_LETTER] = { "one letter", "letter" },
};

/* --- text ------------------------------------------------------------------------------------- */

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void put_heading(struct buf *out, const char *heading, size_t count)
{
    if (count > 0) {
        buf_printf(out, "\n%s: %zu\n", heading, count);
    } else {
        buf_printf(out, "\n%s: none\n", heading);
    }
}

static void put_place(struct buf *out, const struct review *review)
{
    buf_puts(out, "  ");
    terminal_put(out, review->path);
}

static void put_lacks(const struct survey *survey, enum lack lack, struct buf *out)
{
    size_t count = 0;
    for (size_t i = 0; i < survey->review_count; i++) {
        count += survey->reviews[i].lacks[lack];
    }
    put_heading(out, lacks[lack].heading, count);
    for (size_t i = 0; i < survey->review_count; i++) {
        if (survey->reviews[i].lacks[lack]) {
            put_place(out, survey->reviews[i].review);
            buf_puts(out, survey->reviews[i].review->draft ? " (a draft)\n" : "\n");
        }
    }
}

static void put_single_tags(const struct survey *survey, struct buf *out)
{
    put_heading(out, "tags used once", survey->single_tag_count);
    for (size_t i = 0; i < survey->single_tag_count; i++) {
        put_place(out, survey->single_tags[i]->mentions[0].review);
        buf_puts(out, ": ");
        terminal_put(out, survey->single_tags[i]->text);
        buf_putc(out, '\n');
    }
}

static void put_person(struct buf *out, const struct facet_value *person)
{
    terminal_put(out, person->text);
    buf_printf(out, " (%zu review%s", person->review_count, plural(person->review_count));
    if (person->review_count == 1) {
        buf_puts(out, ", ");
        terminal_put(out, person->mentions[0].review->path);
    }
    buf_putc(out, ')');
}

static void put_people(const struct survey *survey, struct buf *out)
{
    put_heading(out, "people who may be one", survey->people.count);
    for (size_t i = 0; i < survey->people.count; i++) {
        const struct alike *alike = &survey->people.items[i];
        buf_puts(out, "  ");
        put_person(out, alike->a);
        buf_puts(out, " / ");
        put_person(out, alike->b);
        buf_printf(out, ": %s\n", whys[alike->why].text);
    }
}

static void put_spellings(const struct survey *survey, struct buf *out)
{
    put_heading(out, "spellings that are shown as another", survey->spellings.count);
    for (size_t i = 0; i < survey->spellings.count; i++) {
        const struct surveyed_spelling *spelling = &survey->spellings.items[i];
        put_place(out, spelling->review);
        buf_printf(out, ": the %s ", facet_defs[spelling->kind].singular);
        terminal_put(out, spelling->text);
        buf_puts(out, " is shown as ");
        terminal_put(out, spelling->value->text);
        buf_putc(out, '\n');
    }
}

static void put_speakers(const struct survey *survey, struct buf *out)
{
    put_heading(out, "speakers who are nobody's role", survey->speakers.count);
    for (size_t i = 0; i < survey->speakers.count; i++) {
        const struct surveyed_speaker *speaker = &survey->speakers.items[i];
        put_place(out, speaker->review);
        buf_printf(out, ":%u: ", speaker->line);
        terminal_put(out, speaker->speaker);
        buf_putc(out, '\n');
    }
}

static void put_words(const struct survey *survey, struct buf *out)
{
    buf_printf(out, "\nwords: %zu in %zu review%s, %zu section%s\n", survey->words,
               survey->review_count, plural(survey->review_count), survey->sections,
               plural(survey->sections));
    for (size_t i = 0; i < survey->review_count; i++) {
        const struct review *review = survey->reviews[i].review;
        put_place(out, review);
        buf_printf(out, ": %u; lede %u", (unsigned)review->words,
                   (unsigned)survey->reviews[i].lede);
        for (size_t j = 0; j < review->section_count; j++) {
            buf_puts(out, ", ");
            terminal_put(out, review->sections[j].heading);
            buf_printf(out, " %u", (unsigned)review->sections[j].words);
        }
        buf_putc(out, '\n');
    }
}

void check_report_put_text(const struct survey *survey, struct buf *out)
{
    buf_printf(out, "report on %zu review%s\n", survey->review_count, plural(survey->review_count));
    for (int lack = 0; lack < LACKS; lack++) {
        put_lacks(survey, (enum lack)lack, out);
    }
    put_single_tags(survey, out);
    put_people(survey, out);
    put_spellings(survey, out);
    put_speakers(survey, out);
    put_words(survey, out);
    buf_putc(out, '\n');
}

/* --- JSON ------------------------------------------------------------------------------------- */

static void begin_array(struct buf *out, const char *name)
{
    buf_printf(out, "\n\"%s\":[", name);
}

static void end_object(struct buf *out)
{
    json_close(out, '}');
    buf_putc(out, ',');
}

static void end_array(struct buf *out)
{
    json_close(out, ']');
    buf_putc(out, ',');
}

static void put_review_json(const struct surveyed_review *surveyed, struct buf *out)
{
    const struct review *review = surveyed->review;
    buf_puts(out, "\n{");
    json_put_text(out, "file", review->path);
    json_put_text(out, "slug", review->slug);
    json_put_text(out, "title", review->title);
    buf_printf(out, "\"draft\":%s,\"missing\":[", review->draft ? "true" : "false");
    for (int lack = 0; lack < LACKS; lack++) {
        if (surveyed->lacks[lack]) {
            json_put_string(out, slice_of(lacks[lack].name));
            buf_putc(out, ',');
        }
    }
    end_array(out);
    json_put_count(out, "links", surveyed->links);
    json_put_count(out, "words", review->words);
    json_put_count(out, "lede", surveyed->lede);
    buf_puts(out, "\"sections\":[");
    for (size_t i = 0; i < review->section_count; i++) {
        buf_putc(out, '{');
        json_put_text(out, "id", review->sections[i].id);
        json_put_text(out, "heading", review->sections[i].heading);
        json_put_count(out, "words", review->sections[i].words);
        end_object(out);
    }
    end_array(out);
    end_object(out);
}

static void put_person_json(const struct facet_value *person, struct buf *out)
{
    buf_putc(out, '{');
    json_put_text(out, "name", person->text);
    json_put_text(out, "slug", person->slug);
    json_put_count(out, "reviews", person->review_count);
    end_object(out);
}

static void put_values_json(const struct survey *survey, struct buf *out)
{
    begin_array(out, "tags_used_once");
    for (size_t i = 0; i < survey->single_tag_count; i++) {
        buf_putc(out, '{');
        json_put_text(out, "tag", survey->single_tags[i]->text);
        json_put_text(out, "slug", survey->single_tags[i]->slug);
        json_put_text(out, "file", survey->single_tags[i]->mentions[0].review->path);
        end_object(out);
    }
    end_array(out);
    begin_array(out, "people_alike");
    for (size_t i = 0; i < survey->people.count; i++) {
        const struct alike *alike = &survey->people.items[i];
        buf_puts(out, "{\"people\":[");
        put_person_json(alike->a, out);
        put_person_json(alike->b, out);
        end_array(out);
        json_put_text(out, "why", slice_of(whys[alike->why].name));
        end_object(out);
    }
    end_array(out);
    begin_array(out, "spellings");
    for (size_t i = 0; i < survey->spellings.count; i++) {
        const struct surveyed_spelling *spelling = &survey->spellings.items[i];
        buf_putc(out, '{');
        json_put_text(out, "kind", slice_of(facet_defs[spelling->kind].singular));
        json_put_text(out, "written", spelling->text);
        json_put_text(out, "shown", spelling->value->text);
        json_put_text(out, "file", spelling->review->path);
        end_object(out);
    }
    end_array(out);
}

static void put_speakers_json(const struct survey *survey, struct buf *out)
{
    begin_array(out, "speakers_without_role");
    for (size_t i = 0; i < survey->speakers.count; i++) {
        const struct surveyed_speaker *speaker = &survey->speakers.items[i];
        buf_putc(out, '{');
        json_put_text(out, "speaker", speaker->speaker);
        json_put_text(out, "file", speaker->review->path);
        json_put_count(out, "line", speaker->line);
        end_object(out);
    }
    end_array(out);
}

static void put_problems_json(const struct diags *diags, struct buf *out)
{
    static const char *const levels[DIAG_LEVELS] = {
        [DIAG_ERROR] = "error", [DIAG_WARNING] = "warning", [DIAG_NOTE] = "note"
    };
    begin_array(out, "problems");
    for (size_t i = 0; i < diags->count; i++) {
        const struct diag *diag = &diags->items[i];
        buf_puts(out, "\n{");
        json_put_text(out, "level", slice_of(levels[diag->level]));
        json_put_any_text(out, "file", diag->path);
        if (diag->line > 0) {
            json_put_count(out, "line", diag->line);
        }
        if (diag->column > 0) {
            json_put_count(out, "column", diag->column);
        }
        json_put_text(out, "message", diag->message);
        end_object(out);
    }
    end_array(out);
}

void check_report_put_json(const struct survey *survey, const struct check_counts *counts,
                           const struct diags *diags, struct buf *out)
{
    buf_putc(out, '{');
    begin_array(out, "reviews");
    for (size_t i = 0; i < survey->review_count; i++) {
        put_review_json(&survey->reviews[i], out);
    }
    end_array(out);
    put_values_json(survey, out);
    put_speakers_json(survey, out);
    put_problems_json(diags, out);
    buf_puts(out, "\n\"totals\":{");
    json_put_count(out, "reviews", counts->reviews);
    json_put_count(out, "pages", counts->pages);
    json_put_count(out, "links", counts->links);
    json_put_count(out, "sections", survey->sections);
    json_put_count(out, "words", survey->words);
    json_put_count(out, "errors", diags->counts[DIAG_ERROR]);
    json_put_count(out, "warnings", diags->counts[DIAG_WARNING]);
    json_close(out, '}');
    buf_puts(out, "}\n");
}
