"""A saved file shows at once; a bad one keeps its last good version; nothing is lost meanwhile."""

import os
import signal
import subprocess
import threading
import time

import pytest
import serving
import wire

BAD = "Published: 2024-01-01\n\nA review without a title.\n"
RELOADED = r"matinee: reloaded "
ERRORS = [r"reviews/\S+: error: .*", r"reviews/\S+:\d+:\d+: error: .*",
          r"Published: .*", r" *\^"]


def has(server, path, text):
    answer = server.get(path)
    return answer.status == 20 and text in answer.text


def test_a_file_saved_by_renaming(server):
    path = server.capsule / "reviews/first.gmi"
    fresh = path.with_name(".first.gmi.new")
    fresh.write_text(path.read_text().replace("Title: First", "Title: Renamed Over"))
    fresh.rename(path)
    begun = time.monotonic()
    server.wait_until(lambda: has(server, "/reviews/first/", "# Renamed Over"))
    assert time.monotonic() - begun < 1.5 * serving.PATIENCE
    server.wait_for_reload()


def test_a_file_written_in_place(server):
    path = server.capsule / "reviews/first.gmi"
    path.write_text(path.read_text().replace("Title: First", "Title: Written in Place"))
    server.wait_until(lambda: has(server, "/reviews/first/", "# Written in Place"))


def test_a_new_file_and_its_end(server):
    assert server.get("/reviews/third/").status == 51
    path = serving.write_review(server.capsule, "third")
    server.wait_until(lambda: server.get("/reviews/third/").status == 20)
    server.wait_until(lambda: len(server.accepting()) == server.worker_count)
    assert has(server, "/", "Third")
    path.unlink()
    server.wait_until(lambda: server.get("/reviews/third/").status == 51)


def test_a_new_folder_with_a_file(server):
    folder = server.capsule / "static/music"
    folder.mkdir()
    (folder / "tune.txt").write_text("la\n")
    server.wait_until(lambda: server.get("/music/tune.txt").status == 20)
    (folder / "tune.txt").write_text("la la\n")
    server.wait_until(lambda: has(server, "/music/tune.txt", "la la"))


def test_a_link_and_a_moved_folder(server):
    (server.capsule / "static/linked.txt").symlink_to("plain.txt")
    server.wait_until(lambda: server.get("/linked.txt").status == 20)
    (server.capsule / "static/images").rename(server.capsule / "static/pictures")
    server.wait_until(lambda: server.get("/pictures/dot.png").status == 20)
    server.wait_until(lambda: len(server.accepting()) == server.worker_count)
    assert server.get("/images/dot.png").status == 51


def test_a_capsule_that_is_away_for_a_while(server):
    """Its last good version is served meanwhile; the folder that comes back is another one."""
    server.expect(*ERRORS, r"\S+/capsule: error: this folder cannot be read: .*", serving.OUTGROWN)
    old = server.capsule.with_name("old")
    server.capsule.rename(old)
    server.wait_for("this folder cannot be read")
    server.wait_for_reload()
    assert server.get("/reviews/first/").status == 20
    assert server.get("/plain.txt").text == "plain\n"
    fresh = serving.write_capsule(server.capsule.with_name("fresh"))
    serving.write_review(fresh, "third")
    fresh.rename(server.capsule)
    server.wait_until(lambda: server.get("/reviews/third/").status == 20)
    serving.write_review(server.capsule, "fourth")
    server.wait_until(lambda: server.get("/reviews/fourth/").status == 20)


def test_a_capsule_that_is_a_link(serve, capsule, tmp_path):
    (tmp_path / "current").symlink_to(capsule)
    server = serve(tmp_path / "current")
    server.expect(serving.OUTGROWN)
    fresh = serving.write_capsule(tmp_path / "fresh")
    serving.write_review(fresh, "third")
    (tmp_path / "next").symlink_to(fresh)
    (tmp_path / "next").rename(tmp_path / "current")
    server.wait_until(lambda: server.get("/reviews/third/").status == 20)


def test_what_an_editor_leaves_beside_a_file_is_no_change(server):
    for name in (".first.gmi.swp", "first.gmi~", ".#first.gmi"):
        (server.capsule / "reviews" / name).write_text("not a review\n")
    time.sleep(0.4)
    assert server.find(RELOADED) is None


def test_many_changes_are_one_reload(server):
    for number in range(50):
        serving.write_review(server.capsule, f"bulk-{number}")
    server.wait_until(lambda: server.get("/reviews/bulk-49/").status == 20)
    time.sleep(1.2)  # time for one more, if there was one
    assert len([line for line in server.lines if "reloaded" in line]) <= 2


def test_at_most_one_reload_a_second(server):
    end = time.monotonic() + 2
    number = 0
    while time.monotonic() < end:
        serving.write_review(server.capsule, "busy", title=f"Busy {number}")
        number += 1
        time.sleep(0.02)
    server.wait_until(lambda: has(server, "/reviews/busy/", f"# Busy {number - 1}"))
    # What the server has said may be read later than what it serves.
    server.wait_until(lambda: any("reloaded" in line for line in server.lines))
    assert len([line for line in server.lines if "reloaded" in line]) <= 4


def test_the_configuration_is_read_again(server):
    server.expect(r"matinee: the certificate is not for third\.test")
    conf = server.capsule / "capsule.conf"
    conf.write_text(conf.read_text().replace("A Test Capsule", "Another Name"))
    server.wait_until(lambda: has(server, "/", "# Another Name"))
    conf.write_text(conf.read_text().replace("capsule.test", "capsule.test, third.test"))
    server.wait_until(lambda: server.ask(b"gemini://third.test/\r\n",
                                         name="third.test").status == 20)


def test_a_review_that_becomes_bad_keeps_its_last_good_version(server):
    server.expect(*ERRORS)
    path = server.capsule / "reviews/first.gmi"
    good = server.get("/reviews/first/").raw
    mark = server.mark()
    path.write_text(BAD)
    server.wait_for(r"reviews/first\.gmi.*error: ", mark)
    server.wait_for_reload(mark)
    assert server.get("/reviews/first/").raw == good
    # The others change meanwhile.
    serving.write_review(server.capsule, "second", title="Second Thoughts")
    server.wait_until(lambda: has(server, "/reviews/second/", "# Second Thoughts"))
    assert has(server, "/reviews/first/", "# First")
    serving.write_review(server.capsule, "first", title="Good Again")
    server.wait_until(lambda: has(server, "/reviews/first/", "# Good Again"))


def test_a_configuration_that_becomes_bad_keeps_what_was(server):
    server.expect(r"capsule\.conf.*: error: .*", r"Host: .*", r" *\^")
    conf = server.capsule / "capsule.conf"
    good = conf.read_text()
    mark = server.mark()
    conf.write_text("Host: localhost\n")
    server.wait_for(r"capsule\.conf.*error: ", mark)
    assert has(server, "/", "# A Test Capsule")
    conf.write_text(good.replace("A Test Capsule", "Right Again"))
    server.wait_until(lambda: has(server, "/", "# Right Again"))


def test_a_review_that_is_wrong_at_the_start(serve, capsule):
    (capsule / "reviews/bad.gmi").write_text(BAD)
    server = serve(capsule)
    server.expect(*ERRORS)
    server.wait_for(r"reviews/bad\.gmi.*: error: ")
    assert server.get("/reviews/bad/").status == 51
    assert server.get("/reviews/first/").status == 20


def test_drafts_and_the_future(serve, capsule):
    serving.write_review(capsule, "future", published="2999-01-01")
    draft = serving.write_review(capsule, "draft")
    draft.write_text("Draft: yes\n" + draft.read_text())
    server = serve(capsule)
    assert server.get("/reviews/future/").status == 51
    assert server.get("/reviews/draft/").status == 51
    shown = serve(capsule, "--drafts")
    assert shown.get("/reviews/future/").status == 20
    assert shown.get("/reviews/draft/").status == 20


def test_a_review_becomes_visible_by_itself(serve, capsule):
    moment = time.time() + 2
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
    serving.write_review(capsule, "soon", published=stamp)
    server = serve(capsule)
    if time.time() < moment - 1:
        assert server.get("/reviews/soon/").status == 51
    server.wait_until(lambda: server.get("/reviews/soon/").status == 20)
    assert time.time() >= int(moment)


def test_sighup_reads_everything_again(server):
    mark = server.mark()
    workers = server.workers()
    server.process.send_signal(signal.SIGHUP)
    server.wait_for_reload(mark)
    server.wait_until(lambda: not set(workers) & set(server.workers()))
    assert server.get().status == 20


def test_nothing_is_lost_while_reloading(server):
    """Requests without a pause, in both versions of TLS, through several reloads and saves."""
    wrong, done = [], threading.Event()
    count = [0] * 4

    def run(number):
        while not done.is_set():
            try:
                tls = wire.context(wire.VERSIONS[number % 2])
                answer = server.get("/reviews/first/full.gmi", tls=tls)
                if answer.status != 20 or not answer.closed or "A promise" not in answer.text:
                    wrong.append(answer)
            except OSError as error:
                wrong.append(error)
            count[number] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for number in range(6):
        mark = server.mark()
        if number % 2 == 0:
            server.process.send_signal(signal.SIGHUP)
        else:
            serving.write_review(server.capsule, "first", title=f"Saved {number}")
        server.wait_for_reload(mark)
    done.set()
    for thread in threads:
        thread.join()
    assert not wrong and min(count) > 10


def test_a_slow_reader_outlives_a_reload(server):
    data = os.urandom(8 * 1024 * 1024)
    (server.capsule / "static/big.bin").write_bytes(data)
    server.wait_until(lambda: server.get("/images/dot.png").status == 20
                      and server.find(RELOADED) is not None)
    with server.connect(receive_buffer=16384) as client:
        client.handshake()
        client.send(b"gemini://localhost/big.bin\r\n")
        first = client.read(1000)
        old = server.workers()
        mark = server.mark()
        serving.write_review(server.capsule, "first", title="Meanwhile")
        server.wait_for_reload(mark)
        server.wait_until(lambda: len(set(old) & set(server.workers())) == 1)
        assert has(server, "/reviews/first/", "# Meanwhile")
        answer = client.answer()
    assert answer.closed and (first + answer.raw).split(b"\r\n", 1)[1] == data
    server.wait_until(lambda: not set(old) & set(server.workers()))


def test_three_old_generations_at_most(server):
    server.expect(r"matinee: cutting the slowest readers: .*")
    (server.capsule / "static/big.bin").write_bytes(bytes(8 * 1024 * 1024))
    server.wait_for_reload()
    clients = []
    try:
        for _ in range(5):
            client = server.connect(receive_buffer=16384)
            clients.append(client)
            client.handshake()
            client.send(b"gemini://localhost/big.bin\r\n")
            assert client.read(100)
            mark = server.mark()
            server.process.send_signal(signal.SIGHUP)
            server.wait_for_reload(mark)
        # Two workers serve, three old ones each hold a reader; the two oldest were cut.
        server.wait_until(lambda: len(server.workers()) == 5)
        for client in clients[:2]:
            assert not client.answer().closed
        for client in clients[2:]:
            assert client.answer().closed
    finally:
        for client in clients:
            client.socket.close()


def test_reload_without_inotify(serve, capsule):
    """Where inotify has no instance left, files are looked at once a second."""
    inside = ("unshare", "--user", "--map-root-user", "sh", "-c",
              'echo 0 >/proc/sys/user/max_inotify_instances && exec "$@"', "sh")
    if subprocess.run([*inside, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        pytest.skip("cannot make a user namespace without inotify here")
    server = serve(capsule, wrapper=inside)
    server.expect(r"matinee: inotify: .*; looking for changes in .* once a second instead")
    server.wait_for(r"matinee: inotify: .*once a second")
    serving.write_review(server.capsule, "first", title="Looked At")
    server.wait_until(lambda: has(server, "/reviews/first/", "# Looked At"))
    serving.write_review(server.capsule, "third")
    server.wait_until(lambda: server.get("/reviews/third/").status == 20)
