#!/usr/bin/env bash
# A fleet on this machine: a NATS server, a front, three workers, 20 jobs; one worker is killed in the middle.
#
# Needs `make build fleet=1`. Everything is kept in outputs/fleet-demo, which is emptied first.
set -euo pipefail
cd "$(dirname "$0")/.."
easel=${EASEL:-.build/release/easel}
server=${EASEL_NATS_SERVER:-.nats/nats-server}
folder=$PWD/outputs/fleet-demo
jobs=20 port=${EASEL_PORT:-7869} queue_port=${EASEL_QUEUE_PORT:-4269}
queue=nats://127.0.0.1:$queue_port front=http://127.0.0.1:$port

[[ -x $server ]] || { echo "fleet-demo: there is no NATS server at $server. Run make fleet-server, or set EASEL_NATS_SERVER." >&2; exit 1; }
rm -rf "$folder"
mkdir -p "$folder"
processes=()
trap 'kill "${processes[@]}" 2> /dev/null || true; wait 2> /dev/null || true' EXIT

# Programs of one user on one machine would share folders: each has its own.
start() {
    local name=$1
    shift
    mkdir -p "$folder/$name"
    HOME=$folder/$name XDG_DATA_HOME= XDG_CACHE_HOME= XDG_CONFIG_HOME= "$@" > "$folder/$name.log" 2>&1 &
    processes+=($!)
    echo "started $name (process $!)"
}

cat > "$folder/nats.conf" << EOF
listen: "127.0.0.1:$queue_port"
jetstream { store_dir: "$folder/nats-store", sync_interval: always }
EOF
start nats "$server" --config "$folder/nats.conf"
for _ in $(seq 100); do (: > "/dev/tcp/127.0.0.1/$queue_port") 2> /dev/null && break; sleep 0.1; done
start front "$easel" serve --queue "$queue" --port "$port" --data "$folder/front/data"
workers=()
for number in 1 2 3; do
    start "worker$number" "$easel" work --queue "$queue"
    workers+=($!)
done
for _ in $(seq 300); do curl -sf "$front/readyz" > /dev/null && break; sleep 0.2; done

began=$(date +%s)
for number in $(seq $jobs); do
    curl -sf "$front/api/v1/jobs" --json "{\"prompt\": \"red apple\", \"seed\": $number, \"steps\": 12, \"width\": 128, \"height\": 128}" > /dev/null
done
echo "accepted $jobs jobs; the page is $front/#/machines"
state() { curl -sf "$front/api/v1/jobs?limit=100&state=$1" | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["items"]))'; }
until (($(state done) >= 3)); do sleep 0.2; done
victim=${workers[1]}
kill -9 "$victim"
echo "killed worker2 (process $victim) after $(state done) pictures"
for _ in $(seq 600); do
    done=$(state done) failed=$(state failed)
    ((done + failed >= jobs)) && break
    sleep 0.5
done
"$easel" fleet status --queue "$queue" || true
pictures=$(curl -sf "$front/api/v1/images?limit=100" | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["items"]))')
echo "done: $done of $jobs jobs, failed: $failed, pictures in the gallery: $pictures, after $(($(date +%s) - began)) s"
[[ $done == "$jobs" && $pictures == "$jobs" ]]
