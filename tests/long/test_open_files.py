"""A file that somebody keeps open for writing."""

import time

import serving


def has(server, path, text):
    answer = server.get(path)
    return answer.status == 20 and text in answer.text


def test_a_file_that_is_never_closed_shows_after_a_while(serve, capsule):
    server = serve(capsule)
    path = capsule / "reviews/first.gmi"
    text = path.read_text().replace("Title: First", "Title: Still Open")
    with open(path, "w", encoding="utf-8", buffering=1) as file:
        file.write(text)
        # Something else has to happen for it to be looked at.
        serving.write_review(capsule, "second", title="Meanwhile")
        server.wait_until(lambda: has(server, "/reviews/second/", "# Meanwhile"))
        begun = time.monotonic()
        server.wait_until(lambda: has(server, "/reviews/first/", "# Still Open"), seconds=15)
        assert time.monotonic() - begun > 5
    assert server.find("error") is None
