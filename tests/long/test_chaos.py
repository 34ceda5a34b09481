"""100,000 requests at 64 at once while sources and certificates change and workers are killed."""

import chaos


def test_nothing_is_lost_but_what_the_killed_ones_held(serve, capsule):
    chaos.write_sources(capsule)
    server = serve(capsule)
    server.expect(chaos.KILLED, chaos.LOADER_KILLED, r"matinee: keeping the certificate in use: .*")
    done, harm = chaos.run(server, requests=100_000, at_once=64)
    print(f"{done.answered} answered, {len(done.failures)} lost with {harm.killed} killed workers, "
          f"{harm.loaders_killed} killed loaders, {harm.versions} versions, "
          f"{harm.certificates} certificates")
    chaos.check(server, done, harm)
    assert done.answered + len(done.failures) == 100_000
