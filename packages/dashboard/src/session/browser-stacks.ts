/** Holds stacks as the browsers write them: recorded in Chromium 156, Firefox 153 and WebKitGTK 2.50, of the same scripts. */

export type BrowserName = 'chromium' | 'firefox' | 'webkit'

export const browserStacks: Readonly<Record<BrowserName, Readonly<Record<string, string>>>> = {
  chromium: {
    method:
      'TypeError: No hull: fire\nand more\n    at damage (http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:7:57)\n    at Ship.hit (http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:7:117)\n    at Ship.make (http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:6:37)\n    at http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:11:30\n    at attempt (http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:10:40)\n    at http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:11:1',
    getter:
      'Error: getter\n    at get hull (http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:8:22)\n    at http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:12:36\n    at attempt (http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:10:40)\n    at http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:12:1',
    construct:
      'Error: new\n    at new Broken (http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:13:67)\n    at http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:13:88\n    at attempt (http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:10:40)\n    at http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:13:1',
    native:
      'Error: map\n    at http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:14:48\n    at Array.map (<anonymous>)\n    at http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:14:29\n    at attempt (http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:10:40)\n    at http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:14:1',
    property:
      'Error: alias\n    at Object.onHit [as run] (http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:15:62)\n    at http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:15:129\n    at attempt (http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:10:40)\n    at http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:15:1',
    eval: 'Error: eval\n    at eval (eval at <anonymous> (http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:16:25), <anonymous>:1:7)\n    at http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:16:25\n    at attempt (http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:10:40)\n    at http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:16:1',
    computed:
      'Error: odd @ name\n    at a b (http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:19:63)\n    at http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:19:94\n    at attempt (http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:10:40)\n    at http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:19:1',
    async:
      'Error: async\n    at inner (http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:22:97)\n    at async load (http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:22:39)',
    worker:
      'Error: worker\n    at work (http://127.0.0.1:8080/worker.js:1:30)\n    at http://127.0.0.1:8080/worker.js:2:1',
    blob: 'Error: blob\n    at blob:http://127.0.0.1:8080/1f551bb3-85df-4d8f-8978-5b4ec31f0063:1:13',
    classic:
      'Error: classic\n    at boot (http://127.0.0.1:8080/classic.js?v=1:1:40)\n    at http://127.0.0.1:8080/classic.js?v=1:2:1',
  },
  firefox: {
    method:
      'damage@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:7:57\nhit@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:7:117\nmake@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:6:37\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:11:30\nattempt@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:10:40\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:11:8\n',
    getter:
      'get hull@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:8:22\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:12:25\nattempt@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:10:40\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:12:8\n',
    construct:
      'Broken@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:13:67\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:13:88\nattempt@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:10:40\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:13:8\n',
    native:
      '@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:14:48\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:14:29\nattempt@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:10:40\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:14:8\n',
    property:
      'onHit@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:15:62\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:15:129\nattempt@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:10:40\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:15:8\n',
    eval: '@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2 line 16 > eval:1:7\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:16:25\nattempt@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:10:40\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:16:8\n',
    computed:
      'a b@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:19:63\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:19:94\nattempt@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:10:40\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:19:8\n',
    async: 'inner@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js?v=2:22:97\n',
    worker: 'work@http://127.0.0.1:8080/worker.js:1:30\n@http://127.0.0.1:8080/worker.js:2:1\n',
    blob: '@blob:http://127.0.0.1:8080/93717b16-4fed-463a-b862-dd615e8226b6:1:13\n',
    classic: 'boot@http://127.0.0.1:8080/classic.js?v=1:1:40\n@http://127.0.0.1:8080/classic.js?v=1:2:1\n',
  },
  webkit: {
    method:
      'damage@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:7:70\nattempt@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:10:43\nmodule code@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:11:8',
    getter:
      'hull@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:8:31\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:12:35\nattempt@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:10:43\nmodule code@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:12:8',
    construct:
      'Broken@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:13:76\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:13:98\nattempt@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:10:43\nmodule code@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:13:8',
    native:
      '@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:14:57\nmap@[native code]\nattempt@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:10:43\nmodule code@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:14:8',
    property:
      'onHit@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:15:71\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:15:132\nattempt@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:10:43\nmodule code@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:15:8',
    eval: 'eval code@\neval@[native code]\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:16:29\nattempt@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:10:43\nmodule code@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:16:8',
    computed:
      '@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:19:72\n@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:19:94\nattempt@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:10:43\nmodule code@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:19:8',
    async: 'inner@http://127.0.0.1:8080/assets/game-Bx3kQ9aZ.js:22:106',
    worker: 'work@http://127.0.0.1:8080/worker.js:1:39\nglobal code@http://127.0.0.1:8080/worker.js:2:5',
    blob: 'global code@blob:http://127.0.0.1:8080/a61752d6-64e0-4fdb-a377-6b2c411516ec:1:22',
    classic: 'boot@http://127.0.0.1:8080/classic.js:1:49\nglobal code@http://127.0.0.1:8080/classic.js:2:5',
  },
}
