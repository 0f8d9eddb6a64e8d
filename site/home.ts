/** Says on the site's first page what Downlink is, why, and how to begin: frontmatter, for `docs/README.md` has none. */
export const home = {
  layout: 'FrontPage',
  sidebar: false,
  hero: {
    name: 'Downlink',
    text: 'The flight recorder for web games',
    tagline:
      'Typed telemetry from the frame loop to a database of your own and to CI artifacts. Nothing is lost unnoticed.',
    actions: [
      { theme: 'brand', text: 'Instrument your game', link: '/guides/instrument-your-game' },
      { theme: 'alt', text: 'Try it in this page', link: '/guides/try' },
      { theme: 'alt', text: 'See what it shows', link: '/sample/index.html', target: '_self' },
    ],
  },
  features: [
    {
      title: 'Lost, or not: you know',
      details:
        'An acknowledged event is on disk. Whatever is not is still with the client, or counted with its reason. Analytics SDKs, and sockets written by hand, lose events without a word.',
      link: '/reliability',
      linkText: 'What can fail',
    },
    {
      title: 'Out of the frame’s way',
      details:
        'A push writes into a preallocated ring: no promise, no copy, no exception. 6.3 kB gzipped, with link, acks, resume and exit flush.',
      link: '/guides/try',
      linkText: 'Cut its network',
    },
    {
      title: 'Typed, from push to SQL',
      details:
        'One definition of your events types the push, is checked at the collector, and becomes views with typed columns.',
      link: '/guides/instrument-your-game',
      linkText: 'Define events',
    },
    {
      title: 'One command, one folder',
      details:
        'downlink serve is the collector, a DuckDB file, and a page with funnels, heat maps, frame times and every session. No account, no service.',
      link: '/guides/page',
      linkText: 'The page',
    },
  ],
}
