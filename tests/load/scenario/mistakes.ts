/**
 * Mistakes that people make in scenarios, each with what is reported.
 *
 * @module
 */

/** A scenario with which nothing is wrong. */
export const SHOP = `name: shop
tags: { team: web }
target:
  command: deno
  args: [run, shop.ts]
  readyPattern: listening on (?<url>\\S+)
  readyTimeoutMs: 30s
load:
  model: closed
  users: 10
  thinkTime: { distribution: uniform, minMs: 500, maxMs: 1500 }
phases:
  rampUpMs: 1s
  steadyMs: 20s
  drainTimeoutMs: 5s
defaults:
  http: { url: "\${target.url}", headers: { accept: text/plain } }
setup:
  - name: open
    driver: http
    request: { url: /open }
    capture: { shop: body.id }
env: [PATH]
feeders:
  books:
    records: [{ id: 1, title: "Emma" }, { id: 2, title: "Ulysses" }]
    order: in_turn
    per: iteration
operations:
  - name: look
    driver: http
    request: { url: "/books/\${books.id}", method: GET }
    weight: 9
    timeoutMs: 2s
    tags: { kind: reading }
    checks:
      - { name: found, field: status, is: equal, value: 200 }
      - { field: body.price, is: above, value: 0 }
  - name: chat
    driver: websocket
    request: { url: "ws://127.0.0.1/", text: hello, reply: any }
  - name: buy
    tags: { kind: writing }
    steps:
      - name: login
        driver: http
        request: { url: /login, json: { name: Ada, key: "\${env.PATH}" } }
        capture:
          token: body.token
          csrf: { field: body, pattern: "csrf=(\\\\w+)" }
      - name: fill
        repeat: 2
        steps:
          - name: add
            driver: http
            request: { url: "/add?\${token}&\${random.int(1,10)}" }
      - oneOf:
          - name: card
            weight: 3
            steps: [{ name: pay, driver: http, request: { url: /card } }]
criteria:
  - { metric: latency.p97.5, operation: buy/login, is: below, value: 50ms }
  - { metric: errorRate, is: at_most, value: 1% }
  - { metric: checkRate, check: found, is: at_least, value: 99% }
  - metric: serviceTime.p99
    tags: { kind: reading }
    is: below
    value: 100
    abort: true
    abortAfterMs: 10s
seed: 7
`;

/** One of the other model, with stages. */
export const STAGED = `name: stages
load:
  model: open
  arrivals: poisson
  maxUsers: 50
  stages:
    - { name: calm, durationMs: 30s, arrivalsPerSecond: 10, warmUp: true }
    - { name: peak, durationMs: 1m, arrivalsPerSecond: 100, ramp: true }
operations:
  - name: echo
    driver: tcp
    request: { port: 8000, send: hello, reply: echo, maxReplyBytes: 64KiB }
criteria:
  - { metric: latency.p99, stage: peak, is: below, value: 50 }
`;

/** A mistake, and what is reported of it. */
export interface Mistake {
  readonly what: string;
  /** The scenario that it is made in; the first one without it. */
  readonly base?: string;
  /** Whether it is made together with others, in one file. */
  readonly together?: boolean;
  /** What stands there otherwise, and what is written instead. */
  readonly write: readonly [before: string, after: string];
  /** What is reported, with lines and columns. */
  readonly says: readonly string[];
  /** The name that was meant, if it is suggested. */
  readonly meant?: string;
}

/** Each of another kind. */
export const MISTAKES: readonly Mistake[] = [
  {
    what: "a misspelt name of a part",
    write: ["name: shop\n", "nam: shop\n"],
    says: ['1:1: nam is not a known field, did you mean "name"?'],
    meant: "name",
  },
  {
    what: "a number where a text is needed",
    together: true,
    write: ["name: shop\n", "name: 7\n"],
    says: ["1:1: name is 7, it must be a string that is not empty"],
  },
  {
    what: "a number below the range",
    together: true,
    write: ["seed: 7", "seed: -1"],
    says: ["71:1: seed is -1, it must be a whole number, at least 0"],
  },
  {
    what: "a misspelt optional part",
    write: ["seed: 7", "sede: 7"],
    says: ['71:1: sede is not a known field, did you mean "seed"?'],
    meant: "seed",
  },
  {
    what: "a tag that is no text",
    together: true,
    write: ["tags: { team: web }", "tags: { team: 7 }"],
    says: ["2:9: tags.team is 7, it must be a string"],
  },
  {
    what: "a text where an object is needed",
    write: ["tags: { team: web }", "tags: web"],
    says: ['2:1: tags is "web", it must be an object'],
  },
  {
    what: "the plural of criteria",
    write: ["criteria:\n", "criterions:\n"],
    says: ['61:1: criterions is not a known field, did you mean "criteria"?'],
    meant: "criteria",
  },
  {
    what: "criteria as other tools call them",
    write: ["criteria:\n", "thresholds:\n"],
    says: ['61:1: thresholds is not a known field, did you mean "criteria"?'],
    meant: "criteria",
  },
  {
    what: "the singular of a part, which is referred to",
    write: ["feeders:\n", "feeder:\n"],
    says: ['24:1: feeder is not a known field, did you mean "feeders"?'],
    meant: "feeders",
  },
  {
    what: "the singular of operations, which criteria are about",
    write: ["operations:\n", "operation:\n"],
    says: ['29:1: operation is not a known field, did you mean "operations"?'],
    meant: "operations",
  },
  {
    what: "users outside of the load",
    write: ["seed: 7", "users: 7"],
    says: ["71:1: users is not a known field here, it belongs in load"],
  },
  {
    what: "a misspelt command",
    write: ["  command: deno", "  comand: deno"],
    says: ['4:3: target.comand is not a known field, did you mean "command"?'],
    meant: "command",
  },
  {
    what: "a list where a text is needed",
    write: ["command: deno", "command: [deno]"],
    says: [
      "4:3: target.command is a list, it must be a string that is not empty",
    ],
  },
  {
    what: "a text where a list is needed",
    together: true,
    write: ["args: [run, shop.ts]", "args: run shop.ts"],
    says: ['5:3: target.args is "run shop.ts", it must be a list'],
  },
  {
    what: "a pattern that is none",
    write: ["(?<url>\\S+)", "(?<url>\\S+"],
    says: ["6:3: target.readyPattern is not a valid regular expression"],
  },
  {
    what: "a reference to what no group of the pattern is",
    write: ["(?<url>\\S+)", "(?<adress>\\S+)"],
    says: [
      "17:11: defaults.http.url has ${target.url}, which is not a group of target.readyPattern, choose one of adress",
    ],
  },
  {
    what: "a unit that is spelt out",
    together: true,
    write: ["readyTimeoutMs: 30s", "readyTimeoutMs: 30 secs"],
    says: ['7:3: target.readyTimeoutMs is "30 secs", did you mean "30s"?'],
    meant: "30s",
  },
  {
    what: "a time without Ms in its name",
    write: ["readyTimeoutMs: 30s", "readyTimeout: 30s"],
    says: [
      '7:3: target.readyTimeout is not a known field, did you mean "readyTimeoutMs"?',
    ],
    meant: "readyTimeoutMs",
  },
  {
    what: "a misspelt model",
    together: true,
    write: ["model: closed", "model: close"],
    says: ['9:3: load.model is "close", did you mean "closed"?'],
    meant: "closed",
  },
  {
    what: "a misspelt field that decides on others",
    write: ["model: closed", "modl: closed"],
    says: ['9:3: load.modl is not a known field, did you mean "model"?'],
    meant: "model",
  },
  {
    what: "a model that there is not",
    write: ["model: closed", "model: stepped"],
    says: ['9:3: load.model is "stepped", choose one of open, closed'],
  },
  {
    what: "a singular in the load",
    write: ["  users: 10", "  user: 10"],
    says: ['10:3: load.user is not a known field, did you mean "users"?'],
    meant: "users",
  },
  {
    what: "half a user",
    write: ["  users: 10", "  users: 10.5"],
    says: [
      "10:3: load.users is 10.5, it must be a whole number from 1 to 1000000",
    ],
  },
  {
    what: "no user",
    together: true,
    write: ["  users: 10", "  users: 0"],
    says: [
      "10:3: load.users is 0, it must be a whole number from 1 to 1000000",
    ],
  },
  {
    what: "a number in quotes",
    write: ["  users: 10", '  users: "10"'],
    says: ['10:3: load.users is "10", write 10 without quotes'],
    meant: "10",
  },
  {
    what: "a misspelt field with a wrong value",
    write: ["  users: 10", "  usres: ten"],
    says: [
      '10:3: load.usres is not a known field, did you mean "users"?',
      '10:3: load.usres is "ten", it must be a whole number from 1 to 1000000',
    ],
    meant: "users",
  },
  {
    what: "a field of the other model",
    write: ["  users: 10", "  arrivalsPerSecond: 10"],
    says: [
      "8:1: load.users is missing, it must be a whole number from 1 to 1000000",
      "10:3: load.arrivalsPerSecond is not a known field here, it belongs in the open model",
    ],
  },
  {
    what: "a misspelt distribution",
    together: true,
    write: ["distribution: uniform", "distribution: unifrom"],
    says: [
      '11:16: load.thinkTime.distribution is "unifrom", did you mean "uniform"?',
    ],
    meant: "uniform",
  },
  {
    what: "a range from more to less",
    write: ["minMs: 500, maxMs: 1500", "minMs: 2000, maxMs: 1500"],
    says: [
      "11:52: load.thinkTime.maxMs is 1500, it must be at least minMs, which is 2000",
    ],
  },
  {
    what: "a field of another distribution",
    write: ["minMs: 500, maxMs: 1500", "minMs: 500, maxMs: 1500, meanMs: 900"],
    says: [
      "11:64: load.thinkTime.meanMs is not a known field here, it belongs in the exponential or normal distribution",
    ],
  },
  {
    what: "a time in words",
    write: ["minMs: 500", "minMs: half a second"],
    says: [
      '11:39: load.thinkTime.minMs is "half a second", it must be a time such as 500ms, 10s or 1h30m, or a number from 0 to 2147483647',
    ],
  },
  {
    what: "a wrong capital letter",
    write: ["thinkTime: {", "thinktime: {"],
    says: [
      '11:3: load.thinktime is not a known field, did you mean "thinkTime"?',
    ],
    meant: "thinkTime",
  },
  {
    what: "an abbreviated second",
    together: true,
    write: ["steadyMs: 20s", "steadyMs: 20 sec"],
    says: ['14:3: phases.steadyMs is "20 sec", did you mean "20s"?'],
    meant: "20s",
  },
  {
    what: "no time at all",
    write: ["steadyMs: 20s", "steadyMs: 0"],
    says: [
      "14:3: phases.steadyMs is 0, it must be a number above 0 and at most 2147483647",
    ],
  },
  {
    what: "a time in quotes",
    write: ["steadyMs: 20s", 'steadyMs: "20"'],
    says: [
      '14:3: phases.steadyMs is "20", write 20 without quotes, or with a unit',
    ],
    meant: "20",
  },
  {
    what: "a time that timers do not know",
    write: ["steadyMs: 20s", "steadyMs: 30d"],
    says: [
      '14:3: phases.steadyMs is "30d", which is 2592000000 ms: it must be a number above 0 and at most 2147483647',
    ],
  },
  {
    what: "units in the wrong order",
    write: ["steadyMs: 20s", "steadyMs: 20s1m"],
    says: [
      '14:3: phases.steadyMs is "20s1m", it must be a time such as 500ms, 10s or 1h30m, or a number above 0 and at most 2147483647',
    ],
  },
  {
    what: "a misspelt field with a time that is none",
    write: ["steadyMs: 20s", "stedyMs: 20 s0"],
    says: [
      '14:3: phases.stedyMs is not a known field, did you mean "steadyMs"?',
      '14:3: phases.stedyMs is "20 s0", it must be a time such as 500ms, 10s or 1h30m, or a number above 0 and at most 2147483647',
    ],
    meant: "steadyMs",
  },
  {
    what: "a time below 0",
    together: true,
    write: ["rampUpMs: 1s", "rampUpMs: -1"],
    says: [
      "13:3: phases.rampUpMs is -1, it must be a number from 0 to 2147483647",
    ],
  },
  {
    what: "the warm-up of other tools",
    write: ["rampUpMs: 1s", "warmUpMs: 1s"],
    says: [
      '13:3: phases.warmUpMs is not a known field, did you mean "rampUpMs"?',
    ],
    meant: "rampUpMs",
  },
  {
    what: "a percentage where a time is needed",
    together: true,
    write: ["drainTimeoutMs: 5s", "drainTimeoutMs: 1%"],
    says: [
      '15:3: phases.drainTimeoutMs is "1%", it must be a time such as 500ms, 10s or 1h30m, or a number from 0 to 2147483647',
    ],
  },
  {
    what: "defaults of a misspelt driver",
    write: [
      '  http: { url: "${target.url}", headers',
      '  htpp: { url: "${target.url}", headers',
    ],
    says: [
      '17:3: defaults.htpp is the name of no driver, did you mean "http"?',
    ],
    meant: "http",
  },
  {
    what: "a misspelt field of the defaults",
    together: true,
    write: ["headers: { accept", "header: { accept"],
    says: [
      '17:33: defaults.http.header is not a known field, did you mean "headers"?',
    ],
    meant: "headers",
  },
  {
    what: "a misspelt capture, which is referred to",
    write: [
      "        capture:\n          token",
      "        captures:\n          token",
    ],
    says: [
      '48:9: operations[2].steps[0].captures is not a known field, did you mean "capture"?',
    ],
    meant: "capture",
  },
  {
    what: "a capture with the name of a built-in value",
    together: true,
    write: ["capture: { shop: body.id }", "capture: { uuid: body.id }"],
    says: [
      "22:16: setup[0].capture.uuid is the name of a built-in value, choose another",
    ],
  },
  {
    what: "a hyphen in a value",
    together: true,
    write: ["order: in_turn", "order: in-turn"],
    says: ['27:5: feeders.books.order is "in-turn", did you mean "in_turn"?'],
    meant: "in_turn",
  },
  {
    what: "an order that there is not",
    write: ["order: in_turn", "order: sorted"],
    says: [
      '27:5: feeders.books.order is "sorted", choose one of in_turn, random, once',
    ],
  },
  {
    what: "a plural in a value",
    together: true,
    write: ["per: iteration", "per: users"],
    says: ['28:5: feeders.books.per is "users", did you mean "user"?'],
    meant: "user",
  },
  {
    what: "a misspelt list of records",
    write: ["    records: [{", "    record: [{"],
    says: [
      '26:5: feeders.books.record is not a known field, did you mean "records"?',
    ],
    meant: "records",
  },
  {
    what: "no records",
    write: [
      'records: [{ id: 1, title: "Emma" }, { id: 2, title: "Ulysses" }]',
      "records: []",
    ],
    says: [
      "26:5: feeders.books.records is empty, it must have at least one item",
    ],
  },
  {
    what: "a file that does not exist",
    write: [
      'records: [{ id: 1, title: "Emma" }, { id: 2, title: "Ulysses" }]',
      "file: books.csv",
    ],
    says: ['26:5: feeders.books.file is "books.csv", which does not exist'],
  },
  {
    what: "a record without a field that is used",
    write: ['{ id: 2, title: "Ulysses" }', '{ title: "Ulysses" }'],
    says: [
      "32:16: operations[0].request.url has ${books.id}, which feeders.books.records[1] does not have, choose one of title",
    ],
  },
  {
    what: "a number that would be sent as another one",
    together: true,
    write: ["id: 1, title", "id: 007, title"],
    says: [
      "26:17: feeders.books.records[0].id is 007, which is read as 7: put it in quotes to send what is written, or write 7",
    ],
  },
  {
    what: "a variable without a value",
    together: true,
    write: ["env: [PATH]", "env: [TROUPE_TEST_NOT_SET, PATH]"],
    says: [
      '23:7: env[0] is "TROUPE_TEST_NOT_SET", which is not set in the environment, or empty: set it',
    ],
  },
  {
    what: "a variable that is not declared",
    write: ["${env.PATH}", "${env.PAHT}"],
    says: [
      '47:52: operations[2].steps[0].request.json.key has ${env.PAHT}, which env does not declare, did you mean "PATH"?',
    ],
    meant: "PATH",
  },
  {
    what: "an abbreviated driver",
    together: true,
    write: ["driver: websocket", "driver: ws"],
    says: ['40:5: operations[1].driver is "ws", did you mean "websocket"?'],
    meant: "websocket",
  },
  {
    what: "a misspelt driver",
    write: ["driver: websocket", "driver: websoket"],
    says: [
      '40:5: operations[1].driver is "websoket", did you mean "websocket"?',
    ],
    meant: "websocket",
  },
  {
    what: "a driver with an entry of its own",
    write: ["driver: websocket", "driver: terminal"],
    says: [
      '40:5: operations[1].driver is "terminal", add terminalDriver() of @troupe/troupe/load/terminal to the drivers',
    ],
  },
  {
    what: "no driver",
    write: ["    driver: websocket\n", ""],
    says: [
      "39:5: operations[1].driver is missing, it must be a string that is not empty",
    ],
  },
  {
    what: "letters that are swapped",
    write: ["weight: 9", "wieght: 9"],
    says: [
      '33:5: operations[0].wieght is not a known field, did you mean "weight"?',
    ],
    meant: "weight",
  },
  {
    what: "a weight of nothing",
    together: true,
    write: ["weight: 9", "weight: 0"],
    says: ["33:5: operations[0].weight is 0, it must be a number above 0"],
  },
  {
    what: "a misspelt unit in an operation",
    together: true,
    write: ["timeoutMs: 2s", "timeoutMs: 2sec"],
    says: ['34:5: operations[0].timeoutMs is "2sec", did you mean "2s"?'],
    meant: "2s",
  },
  {
    what: "a name that is there twice",
    write: ["  - name: chat", "  - name: look"],
    says: [
      '39:5: operations[1].name is "look", the same as that of operations[0], choose another',
    ],
  },
  {
    what: "a misspelt field of a request",
    write: ["method: GET", "methd: GET"],
    says: [
      '32:43: operations[0].request.methd is not a known field, did you mean "method"?',
    ],
    meant: "method",
  },
  {
    what: "a method that is none",
    write: ["method: GET", 'method: "GET /"'],
    says: [
      '32:43: operations[0].request.method is "GET /", it must be a method such as "GET"',
    ],
  },
  {
    what: "a field of the request beside it",
    write: ["    weight: 9", "    method: GET"],
    says: [
      "33:5: operations[0].method is not a known field here, it belongs in the request of the operation",
    ],
  },
  {
    what: "a field of the operation in its request",
    write: ["method: GET }", "method: GET, timeoutMs: 2s }"],
    says: [
      "32:56: operations[0].request.timeoutMs is not a known field here, it belongs in the operation, beside its request",
    ],
  },
  {
    what: "two bodies",
    write: ["method: GET }", "method: GET, body: a, json: b }"],
    says: [
      "32:65: operations[0].request.json is given beside body, remove one of them",
    ],
  },
  {
    what: "a status that is none",
    write: ["method: GET }", "method: GET, statuses: [20] }"],
    says: [
      "32:67: operations[0].request.statuses[0] is 20, it must be a whole number from 100 to 599",
    ],
  },
  {
    what: "a size without its unit",
    together: true,
    write: ["method: GET }", "method: GET, maxBodyBytes: 64K }"],
    says: [
      '32:56: operations[0].request.maxBodyBytes is "64K", did you mean "64KiB"?',
    ],
    meant: "64KiB",
  },
  {
    what: "a choice of a request that there is not",
    write: ["method: GET }", "method: GET, redirect: none }"],
    says: [
      '32:56: operations[0].request.redirect is "none", choose one of follow, manual',
    ],
  },
  {
    what: "a header that is no text",
    write: ["method: GET }", "method: GET, headers: { a: [1] } }"],
    says: [
      "32:67: operations[0].request.headers.a is a list, it must be a string",
    ],
  },
  {
    what: "a version that there is not",
    write: ["method: GET }", "method: GET, version: 3 }"],
    says: ['32:56: operations[0].request.version is "3", choose one of 1.1, 2'],
  },
  {
    what: "a URL of another protocol",
    together: true,
    write: ["ws://127.0.0.1/", "http://127.0.0.1/"],
    says: [
      "41:16: operations[1].request.url starts with http:, it must start with ws: or wss:",
    ],
  },
  {
    what: "an address that is no URL",
    write: ["ws://127.0.0.1/", "127.0.0.1"],
    says: ['41:16: operations[1].request.url is "127.0.0.1", it must be a URL'],
  },
  {
    what: "a misspelt field of a reply",
    write: ["reply: any", "reply: { contain: hello }"],
    says: [
      '41:62: operations[1].request.reply.contain is not a known field, did you mean "contains"?',
    ],
    meant: "contains",
  },
  {
    what: "a reference to a misspelt feeder",
    write: ["${books.id}", "${book.id}"],
    says: [
      '32:16: operations[0].request.url has ${book.id}, which refers to no feeder, did you mean "books"?',
    ],
    meant: "books",
  },
  {
    what: "a reference to a misspelt field",
    write: ["${books.id}", "${books.ids}"],
    says: [
      '32:16: operations[0].request.url has ${books.ids}, which feeders.books.records[0] does not have, did you mean "id"?',
    ],
    meant: "id",
  },
  {
    what: "a reference to a whole record",
    write: ["${books.id}", "${books}"],
    says: [
      '32:16: operations[0].request.url has ${books}, which refers to nothing, did you mean "books.id"?',
    ],
    meant: "books.id",
  },
  {
    what: "a reference without its end",
    write: ["${books.id}", "${books.id"],
    says: [
      "32:16: operations[0].request.url has ${books.id, which has no }: write $${ for a ${ that is sent as it is",
    ],
  },
  {
    what: "limits from more to less",
    together: true,
    write: ["${random.int(1,10)}", "${random.int(10,1)}"],
    says: [
      "56:24: operations[2].steps[1].steps[0].request.url has ${random.int(10,1)}, it must have two whole numbers, of which the first is not the greater one",
    ],
  },
  {
    what: "a call of no function",
    write: ["${random.int(1,10)}", "${random(1,10)}"],
    says: [
      '56:24: operations[2].steps[1].steps[0].request.url has ${random(1,10)}, which refers to nothing, did you mean "random.int(1,100)"?',
    ],
    meant: "random.int(1,100)",
  },
  {
    what: "a reference to a misspelt capture",
    write: ["${token}", "${tokn}"],
    says: [
      '56:24: operations[2].steps[1].steps[0].request.url has ${tokn}, which refers to nothing, did you mean "token"?',
    ],
    meant: "token",
  },
  {
    what: "a check of a misspelt field",
    together: true,
    write: ["field: status", "field: stauts"],
    says: [
      '37:24: operations[0].checks[0].field is "stauts", did you mean "status"?',
    ],
    meant: "status",
  },
  {
    what: "a misspelt field of a check",
    write: ["field: status", "feild: status"],
    says: [
      '37:24: operations[0].checks[0].feild is not a known field, did you mean "field"?',
    ],
    meant: "field",
  },
  {
    what: "a field of what has none",
    write: ["field: status", "field: status.code"],
    says: [
      '37:24: operations[0].checks[0].field is "status.code", write "status": only body, headers and cookies have fields',
    ],
  },
  {
    what: "a comparison with one letter too many",
    write: ["is: equal", "is: equals"],
    says: [
      '37:39: operations[0].checks[0].is is "equals", did you mean "equal"?',
    ],
    meant: "equal",
  },
  {
    what: "an operator instead of a word",
    write: ["is: equal", "is: =="],
    says: ['37:39: operations[0].checks[0].is is "==", did you mean "equal"?'],
    meant: "equal",
  },
  {
    what: "a check without a value",
    write: ["is: equal, value: 200", "is: equal"],
    says: [
      "37:9: operations[0].checks[0].value is missing, it must be the value to compare with",
    ],
  },
  {
    what: "a comparison with a text",
    together: true,
    write: ["is: above, value: 0", "is: above, value: high"],
    says: [
      '38:41: operations[0].checks[1].value is "high", it must be a number for "above"',
    ],
  },
  {
    what: "a presence with a value",
    write: ["is: above, value: 0", "is: present, value: 0"],
    says: [
      '38:43: operations[0].checks[1].value is 0, remove it: "present" takes no value',
    ],
  },
  {
    what: "a header in capital letters",
    write: ["field: body.price", "field: headers.ETag"],
    says: [
      '38:11: operations[0].checks[1].field is "headers.ETag", did you mean "headers.etag"?',
    ],
    meant: "headers.etag",
  },
  {
    what: "a misspelt list of steps",
    write: [
      "    steps:\n      - name: login",
      "    step:\n      - name: login",
    ],
    says: [
      '44:5: operations[2].step is not a known field, did you mean "steps"?',
    ],
    meant: "steps",
  },
  {
    what: "a capture of a misspelt field",
    together: true,
    write: ["          token: body.token", "          token: bdy.token"],
    says: [
      '49:11: operations[2].steps[0].capture.token is "bdy.token", did you mean "body"?',
    ],
    meant: "body",
  },
  {
    what: "a pattern without a group",
    together: true,
    write: ['pattern: "csrf=(\\\\w+)"', 'pattern: "csrf="'],
    says: [
      "50:32: operations[2].steps[0].capture.csrf.pattern has no group, put what is captured in parentheses",
    ],
  },
  {
    what: "no repeat",
    together: true,
    write: ["repeat: 2", "repeat: 0"],
    says: [
      "52:9: operations[2].steps[1].repeat is 0, it must be a whole number from 1 to 1000",
    ],
  },
  {
    what: "a misspelt weight of a branch",
    write: ["            weight: 3", "            wieght: 3"],
    says: [
      '59:13: operations[2].steps[2].oneOf[0].wieght is not a known field, did you mean "weight"?',
    ],
    meant: "weight",
  },
  {
    what: "a choice in small letters",
    write: ["      - oneOf:", "      - oneof:"],
    says: [
      '57:9: operations[2].steps[2].oneof is not a known field, did you mean "oneOf"?',
    ],
    meant: "oneOf",
  },
  {
    what: "a field of the flow in a step",
    write: [
      "          - name: add",
      "          - weight: 2\n            name: add",
    ],
    says: [
      "54:13: operations[2].steps[1].steps[0].weight is not a known field here, it belongs in the flow, beside its steps",
    ],
  },
  {
    what: "a percentile of nothing",
    together: true,
    write: ["latency.p97.5", "latency.p0"],
    says: [
      '62:7: criteria[0].metric is "latency.p0", a percentile must be above 0 and at most 100, such as latency.p99',
    ],
  },
  {
    what: "a misspelt metric with any percentile",
    write: ["latency.p97.5", "latncy.p97.5"],
    says: [
      '62:7: criteria[0].metric is "latncy.p97.5", did you mean "latency.p97.5"?',
    ],
    meant: "latency.p97.5",
  },
  {
    what: "a percentile of no metric",
    write: ["latency.p97.5", "p97.5"],
    says: [
      '62:7: criteria[0].metric is "p97.5", did you mean "latency.p97.5"?',
    ],
    meant: "latency.p97.5",
  },
  {
    what: "a percentile without its point",
    write: ["latency.p97.5", "latency.p9999"],
    says: [
      '62:7: criteria[0].metric is "latency.p9999", did you mean "latency.p99.99"?',
    ],
    meant: "latency.p99.99",
  },
  {
    what: "a metric as other tools call it",
    write: ["latency.p97.5", "rps"],
    says: ['62:7: criteria[0].metric is "rps", did you mean "throughput"?'],
    meant: "throughput",
  },
  {
    what: "a step without its flow",
    write: ["operation: buy/login", "operation: login"],
    says: [
      '62:30: criteria[0].operation is "login", did you mean "buy/login"?',
    ],
    meant: "buy/login",
  },
  {
    what: "an operation beside tags",
    write: ["operation: buy/login", "operation: buy, tags: { kind: reading }"],
    says: [
      "62:46: criteria[0].tags is given beside operation, remove one of them",
    ],
  },
  {
    what: "a limit below 0",
    write: ["value: 50ms", "value: -1"],
    says: ["62:63: criteria[0].value is -1, it must be at least 0"],
  },
  {
    what: "a percentage without its sign",
    together: true,
    write: ["value: 1%", "value: 5"],
    says: [
      '63:39: criteria[1].value is 5, it must be from 0 to 1, did you mean "5%"?',
    ],
    meant: "5%",
  },
  {
    what: "a time where a rate is needed",
    write: ["value: 1%", "value: 1ms"],
    says: [
      '63:39: criteria[1].value is "1ms", it must be a percentage such as 1%, or a number',
    ],
  },
  {
    what: "a percentage in words",
    write: ["value: 1%", "value: 1 percent"],
    says: ['63:39: criteria[1].value is "1 percent", did you mean "1%"?'],
    meant: "1%",
  },
  {
    what: "an operator as a limit",
    write: ["is: at_most", "is: <="],
    says: ['63:26: criteria[1].is is "<=", did you mean "at_most"?'],
    meant: "at_most",
  },
  {
    what: "a misspelt name of a check",
    together: true,
    write: ["check: found", "check: fuond"],
    says: ['64:26: criteria[2].check is "fuond", did you mean "found"?'],
    meant: "found",
  },
  {
    what: "a check with another metric",
    write: ["metric: checkRate", "metric: errorRate"],
    says: [
      '64:26: criteria[2].check is "found", remove it: only checkRate is about checks',
    ],
  },
  {
    what: "a misspelt tag",
    write: [
      "    tags: { kind: reading }\n    is",
      "    tags: { knid: reading }\n    is",
    ],
    says: [
      '66:13: criteria[3].tags.knid is a tag that no operation has, did you mean "kind"?',
    ],
    meant: "kind",
  },
  {
    what: "a misspelt value of a tag",
    together: true,
    write: [
      "    tags: { kind: reading }\n    is",
      "    tags: { kind: raeding }\n    is",
    ],
    says: [
      '66:13: criteria[3].tags.kind is "raeding", which no operation has, did you mean "reading"?',
    ],
    meant: "reading",
  },
  {
    what: "a flag of YAML 1.1",
    together: true,
    write: ["abort: true", "abort: yes"],
    says: ['69:5: criteria[3].abort is "yes", write true without quotes'],
    meant: "true",
  },
  {
    what: "a delay without Ms in its name",
    write: ["abortAfterMs: 10s", "abortAfter: 10s"],
    says: [
      '70:5: criteria[3].abortAfter is not a known field, did you mean "abortAfterMs"?',
    ],
    meant: "abortAfterMs",
  },
  {
    what: "a metric with an underscore",
    write: ["errorRate", "error_rate"],
    says: [
      '63:7: criteria[1].metric is "error_rate", did you mean "errorRate"?',
    ],
    meant: "errorRate",
  },
  {
    what: "a status instead of its class",
    write: ["errorRate", "statusRate.503"],
    says: [
      '63:7: criteria[1].metric is "statusRate.503", did you mean "statusRate.5xx"?',
    ],
    meant: "statusRate.5xx",
  },
  {
    what: "a key that is there twice",
    write: ["seed: 7", "seed: 7\nseed: 8"],
    says: ["72:1: the key is there twice, remove one of them"],
  },
  {
    what: "a wrong indentation",
    write: ["  users: 10\n", " users: 10\n"],
    says: [
      "10:1: the indentation is wrong, begin where the lines before begin",
    ],
  },
  {
    what: "a tag of YAML",
    write: ["name: shop\n", "name: !shop shop\n"],
    says: ["1:7: Unresolved tag: !shop"],
  },
  {
    what: "a misspelt unit of a stage",
    base: STAGED,
    write: ["durationMs: 30s", "durationMs: 30 secs"],
    says: ['7:21: load.stages[0].durationMs is "30 secs", did you mean "30s"?'],
    meant: "30s",
  },
  {
    what: "a duration without Ms in its name",
    base: STAGED,
    write: ["durationMs: 30s", "duration: 30s"],
    says: [
      '7:21: load.stages[0].duration is not a known field, did you mean "durationMs"?',
    ],
    meant: "durationMs",
  },
  {
    what: "a name of two stages",
    base: STAGED,
    write: ["name: calm", "name: peak"],
    says: [
      '8:9: load.stages[1].name is "peak", the same as that of load.stages[0], choose another',
    ],
  },
  {
    what: "a field of the other model in a stage",
    base: STAGED,
    write: ["arrivalsPerSecond: 100", "users: 100"],
    says: [
      "8:7: load.stages[1].arrivalsPerSecond is missing, it must be a number from 0 to 1000000",
      "8:37: load.stages[1].users is not a known field here, it belongs in a stage of the closed model",
    ],
  },
  {
    what: "a criterion of a misspelt stage",
    base: STAGED,
    write: ["stage: peak", "stage: paek"],
    says: ['14:28: criteria[0].stage is "paek", did you mean "peak"?'],
    meant: "peak",
  },
  {
    what: "a misspelt list of stages",
    base: STAGED,
    write: ["  stages:\n", "  stage:\n"],
    says: ['6:3: load.stage is not a known field, did you mean "stages"?'],
    meant: "stages",
  },
  {
    what: "a phase that stages take the place of",
    base: STAGED,
    write: ["operations:\n", "phases: { steadyMs: 1s }\noperations:\n"],
    says: [
      "9:11: phases.steadyMs is not a known field here, it belongs in load.stages, as a stage of it",
    ],
  },
  {
    what: "a flag of a stage in small letters",
    base: STAGED,
    write: ["warmUp: true", "warmup: true"],
    says: [
      '7:61: load.stages[0].warmup is not a known field, did you mean "warmUp"?',
    ],
    meant: "warmUp",
  },
  {
    what: "a unit in capital letters",
    base: STAGED,
    write: ["maxReplyBytes: 64KiB", "maxReplyBytes: 64KB"],
    says: [
      '12:54: operations[0].request.maxReplyBytes is "64KB", did you mean "64kB"?',
    ],
    meant: "64kB",
  },
  {
    what: "a port that there is not",
    base: STAGED,
    write: ["port: 8000", "port: 80000"],
    says: [
      "12:16: operations[0].request.port is 80000, it must be a whole number from 1 to 65535",
    ],
  },
  {
    what: "an empty value",
    base: STAGED,
    write: ["reply: echo", "reply: { until: }"],
    says: [
      "12:50: operations[0].request.reply.until is null, it must be a string that is not empty",
    ],
  },
];
