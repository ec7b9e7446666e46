#!/usr/bin/env escript
%% -*- erlang -*-
%% Two nodes of Erlang's distribution on loopback: one has a counter, the other
%% measures it, for each line on standard input. Names, cookie and port come in
%% ERL_FLAGS.
-mode(compile).

main(["server"]) ->
    register(counter, self()),
    io:format("ready~n"),
    %% The node ends when its input does.
    Main = self(),
    spawn(fun() -> eof(), Main ! stop end),
    counter(0);
main(["client", Server]) ->
    io:setopts([binary]),
    Node = list_to_atom(Server),
    pong = net_adm:ping(Node),
    Counter = gen_server:call({counter, Node}, pid),
    loop(Counter).

eof() ->
    case io:get_line("") of
        eof -> ok;
        _ -> eof()
    end.

loop(Counter) ->
    case io:get_line("") of
        eof -> ok;
        Line ->
            [What, Count] = string:split(string:trim(Line), " "),
            io:format("~w~n", [measure(What, Counter, binary_to_integer(Count))]),
            loop(Counter)
    end.

%% Nanoseconds a message, until all have arrived.
measure(<<"tell">>, Counter, Count) ->
    Before = gen_server:call(Counter, read, 60000),
    Start = erlang:monotonic_time(nanosecond),
    tell(Counter, Count),
    Total = gen_server:call(Counter, read, 60000),
    Elapsed = erlang:monotonic_time(nanosecond) - Start,
    Count = Total - Before,
    Elapsed / Count;
%% Nanoseconds a call, with a monitor and a deadline.
measure(<<"ask">>, Counter, Count) ->
    Start = erlang:monotonic_time(nanosecond),
    ask(Counter, Count),
    (erlang:monotonic_time(nanosecond) - Start) / Count.

tell(_, 0) -> ok;
tell(Counter, N) ->
    Counter ! {add, 1},
    tell(Counter, N - 1).

ask(_, 0) -> ok;
ask(Counter, N) ->
    gen_server:call(Counter, read, 5000),
    ask(Counter, N - 1).

counter(Total) ->
    receive
        {add, Amount} -> counter(Total + Amount);
        {'$gen_call', From, read} -> gen_server:reply(From, Total), counter(Total);
        {'$gen_call', From, pid} -> gen_server:reply(From, self()), counter(Total);
        stop -> ok
    end.
