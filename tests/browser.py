"""Chromium without a window, driven over two pipes (the DevTools protocol), with nothing but the
standard library. It opens files of this machine and finds no other host.
"""

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time

SECONDS = 60
FLAGS = ["--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
         "--disable-dev-shm-usage", "--no-first-run", "--no-default-browser-check",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-domain-reliability", "--disable-default-apps", "--disable-extensions",
         "--disable-breakpad", "--no-pings", "--mute-audio", "--hide-scrollbars",
         "--host-resolver-rules=MAP * ~NOTFOUND", "--force-color-profile=srgb"]


def find():
    """The program, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """One page, shown again and again. `events` holds what happened since `clear`."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="chromium-")
        to_read, self.to = os.pipe()
        self.got, to_write = os.pipe()

        def as_three_and_four():
            # Not over each other, whatever numbers the pipes have.
            read, write = os.dup(to_read), os.dup(to_write)
            high_read, high_write = os.dup2(read, 40), os.dup2(write, 41)
            os.dup2(high_read, 3)
            os.dup2(high_write, 4)

        environment = {name: value for name, value in os.environ.items()
                       if not name.endswith("SAN_OPTIONS")}
        self.process = subprocess.Popen(
            [find(), *FLAGS, f"--user-data-dir={self.folder}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            close_fds=False, preexec_fn=as_three_and_four, start_new_session=True,
            env=environment | {"HOME": self.folder})
        os.close(to_read)
        os.close(to_write)
        self.buffer = b""
        self.events = []
        self.number = 0
        self.session = None
        try:
            self.attach()
        except BaseException:
            self.close()
            raise

    def attach(self):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target,
                                 flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime", "DOM", "Accessibility"):
            self.call(domain + ".enable")

    def close(self):
        os.close(self.to)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self.got)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def receive(self, deadline):
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.got], [], [], max(0, deadline - time.monotonic()))
            block = os.read(self.got, 1 << 16) if ready else b""
            if not block:
                raise TimeoutError("Chromium says nothing" if not ready else "Chromium has ended")
            self.buffer += block
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        """What a command of the protocol answers."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session is not None:
            message["sessionId"] = self.session
        text = json.dumps(message).encode() + b"\0"
        while text:
            text = text[os.write(self.to, text):]
        deadline = time.monotonic() + SECONDS
        while True:
            answer = self.receive(deadline)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]
            if "method" in answer:
                self.events.append(answer)

    def wait_for(self, method):
        deadline = time.monotonic() + SECONDS
        while not any(event["method"] == method for event in self.events):
            answer = self.receive(deadline)
            if "method" in answer:
                self.events.append(answer)

    def clear(self):
        self.events.clear()

    def show(self, width, height, scheme):
        """From now on pages are so large, and light or dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, url):
        self.clear()
        self.call("Page.navigate", url=url)
        self.wait_for("Page.loadEventFired")

    def ask(self, expression):
        """The value of an expression on the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def wait_until(self, expression):
        """Until that is true, maybe on another page than the one that is shown now."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            try:
                if self.ask(expression):
                    return
            except RuntimeError:
                pass  # the page was left while it was asked
            time.sleep(0.05)
        raise TimeoutError(f"never true: {expression}")

    def press(self, key):
        codes = {"Tab": 9, "Enter": 13}
        for kind in ("rawKeyDown", "char", "keyUp"):
            if kind != "char" or key == "Enter":
                self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                          windowsVirtualKeyCode=codes[key],
                          text="\r" if kind == "char" else "")

    def accessibility_tree(self):
        """The nodes that a screen reader is told of, in order."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        by_id = {node["nodeId"]: node for node in nodes}
        ordered = []

        def visit(node):
            if not node.get("ignored"):
                ordered.append({
                    "role": node["role"]["value"],
                    "name": node.get("name", {}).get("value", ""),
                    "level": next((p["value"]["value"] for p in node.get("properties", [])
                                   if p["name"] == "level"), None)})
            for child in node.get("childIds", []):
                if child in by_id:
                    visit(by_id[child])

        visit(nodes[0])
        return ordered

    def screenshot(self, path):
        image = self.call("Page.captureScreenshot", format="png")["data"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(image))
