#!/bin/sh
# tmux 3.3a (Debian 12), in a PTY made by Python's standard library.
#
# When the keys that open the command prompt arrive in one read with the command
# that is typed into it, the command does not reach the prompt: its keys wait
# until the prompt is closed (here by Escape), and are then typed into the pane.
# In two writes the command runs. So what types for a user (a terminal over a
# network that was slow for a moment, a test, a macro) gets one or the other, as
# the bytes fall together. `assume-paste-time 0` does not change it. To be sure,
# wait until the prompt is shown, or use `tmux rename-window` from outside.
#
# Seen:
#   in two writes: window "second", and then the pane has ""
#   in one write: window "first", and then the pane has "rename-window second"
set -eu
for program in tmux python3; do
  command -v "$program" >/dev/null || { echo "$program is needed" >&2; exit 2; }
done
echo "$(tmux -V), described for tmux 3.3a"
folder=$(mktemp -d)
trap 'tmux -S "$folder/socket" kill-server 2>/dev/null || :; rm -rf "$folder"' EXIT
cat >"$folder/seen.py" <<'PY'
import os, pty, select, subprocess, sys, time

socket = os.path.join(sys.argv[1], "socket")
new = ["tmux", "-S", socket, "-f", "/dev/null", "new", "-n", "first",
       "echo ready; cat", ";", "set", "assume-paste-time", "0"]


def tmux(*arguments):
    return subprocess.run(["tmux", "-S", socket, *arguments],
                          capture_output=True, text=True).stdout


def read_for(fd, seconds, until=None):
    """Reads what is drawn, for as long as said or until a text is there."""
    seen, end = b"", time.monotonic() + seconds
    while time.monotonic() < end and (until is None or until not in seen):
        if select.select([fd], [], [], 0.05)[0]:
            seen += os.read(fd, 65536)


def outcome(writes):
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm", LC_ALL="C.UTF-8")
        os.execvp("tmux", new)
    read_for(fd, 10, b"ready")
    read_for(fd, 1)
    for keys in writes:
        os.write(fd, keys)
        read_for(fd, 1)
    name = tmux("list-windows", "-F", "#{window_name}").strip()
    if name == "first":
        os.write(fd, b"\x1b")
        read_for(fd, 2)
    pane = tmux("capture-pane", "-p").split("\n")[1]
    tmux("kill-server")
    os.close(fd)
    os.waitpid(pid, 0)
    return f'window "{name}", and then the pane has "{pane}"'


prompt, command = b"\x02:", b"rename-window second\r"
print("in two writes:", outcome([prompt, command]))
print("in one write:", outcome([prompt + command]))
PY
timeout 60 python3 "$folder/seen.py" "$folder" >"$folder/seen"
cat "$folder/seen"
sed -n 's/^#   \(in .*\)/\1/p' "$0" >"$folder/expected"
diff "$folder/expected" "$folder/seen"
