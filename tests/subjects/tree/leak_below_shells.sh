# Wrappers of every sort above the leaky program: sh, env, timeout, xargs, a pipe whose status is another's.
# expect: UF001 class=definite family=malloc bytes=800 blocks=5 function=leak_here
# run: bash {source} {built}/leak_here_only
# summary: leaked_bytes=800 leaked_blocks=5
program=$1
sh -c "$program; true"
env A=1 timeout 20 "$program"
echo 0 | xargs "$program"
"$program" 5 | cat
(exec "$program")
exit 0
