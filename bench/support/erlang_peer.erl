#!/usr/bin/env escript
%% -*- erlang -*-
%%! +S 1:1
%% The Erlang side of the actor comparisons: for each line on standard input,
%% one measurement, answered with a figure. One scheduler, as our runtime has
%% one thread: with two, messages would cross cores, which is slower.
-mode(compile).

main(_) ->
    io:setopts([binary]),
    loop().

loop() ->
    case io:get_line("") of
        eof -> ok;
        Line ->
            io:format("~w~n", [measure(string:trim(Line))]),
            loop()
    end.

%% Nanoseconds a message, through mailbox and handler.
measure(<<"tell">>) ->
    Counter = spawn(fun() -> counter(0) end),
    Messages = 200000,
    Start = erlang:monotonic_time(nanosecond),
    tell(Counter, Messages),
    Messages = ask(Counter),
    Elapsed = erlang:monotonic_time(nanosecond) - Start,
    Counter ! stop,
    Elapsed / Messages;
%% Nanoseconds from a request to its answer, with a monitor and a deadline, as
%% gen_server:call has them.
measure(<<"ask">>) ->
    Counter = spawn(fun() -> counter(0) end),
    Asks = 20000,
    Start = erlang:monotonic_time(nanosecond),
    asks(Counter, Asks),
    Elapsed = erlang:monotonic_time(nanosecond) - Start,
    Counter ! stop,
    Elapsed / Asks;
%% Nanoseconds to start a process, stop it, and hear of its end.
measure(<<"spawn-stop">>) ->
    Cycles = 20000,
    Start = erlang:monotonic_time(nanosecond),
    cycles(Cycles),
    (erlang:monotonic_time(nanosecond) - Start) / Cycles;
%% Bytes of an idle process, over 100,000.
measure(<<"bytes-idle">>) ->
    Count = 100000,
    erlang:garbage_collect(),
    Before = erlang:memory(processes),
    Pids = [spawn(fun() -> counter(0) end) || _ <- lists:seq(1, Count)],
    [0 = ask(Pid) || Pid <- Pids],
    Bytes = (erlang:memory(processes) - Before) / Count,
    [Pid ! stop || Pid <- Pids],
    Bytes.

tell(_, 0) -> ok;
tell(Counter, N) ->
    Counter ! {add, 1},
    tell(Counter, N - 1).

asks(_, 0) -> ok;
asks(Counter, N) ->
    ask(Counter),
    asks(Counter, N - 1).

ask(Counter) ->
    Ref = erlang:monitor(process, Counter),
    Counter ! {read, self(), Ref},
    receive
        {Ref, Total} -> erlang:demonitor(Ref, [flush]), Total;
        {'DOWN', Ref, _, _, Reason} -> exit(Reason)
    after 5000 -> exit(timeout)
    end.

cycles(0) -> ok;
cycles(N) ->
    {Pid, Ref} = spawn_monitor(fun() -> counter(0) end),
    Pid ! stop,
    receive {'DOWN', Ref, _, _, _} -> ok end,
    cycles(N - 1).

counter(Total) ->
    receive
        {add, Amount} -> counter(Total + Amount);
        {read, From, Ref} -> From ! {Ref, Total}, counter(Total);
        stop -> ok
    end.
