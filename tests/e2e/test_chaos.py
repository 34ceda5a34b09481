"""Under load, while processes are killed and files change. tests/long/test_chaos.py is the long form."""

import chaos


def test_nothing_is_lost_but_what_the_killed_ones_held(serve, capsule):
    chaos.write_sources(capsule)
    server = serve(capsule)
    server.expect(chaos.KILLED, chaos.LOADER_KILLED, r"matinee: keeping the certificate in use: .*")
    done, harm = chaos.run(server, requests=6000, at_once=64)
    chaos.check(server, done, harm)
    assert done.answered + len(done.failures) == 6000
