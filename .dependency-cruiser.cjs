// The floors of DESIGN.md: what each package may import of the others. Everything that is not listed is refused.
const FLOORS = {
  model: [],
  config: ['model'],
  'wire-protocol': ['model', 'config'],
  'controller-client': ['model', 'config'],
  'segment-client': ['model', 'config', 'wire-protocol', 'controller-client'],
  'byte-client': ['model', 'config', 'wire-protocol', 'controller-client', 'segment-client'],
  'event-client': ['model', 'config', 'wire-protocol', 'controller-client', 'segment-client'],
  synchronizer: ['model', 'config', 'wire-protocol', 'controller-client', 'segment-client'],
  'reader-group': [
    'model',
    'config',
    'wire-protocol',
    'controller-client',
    'segment-client',
    'event-client',
    'synchronizer',
  ],
  'embedded-server': ['model', 'config', 'wire-protocol', 'controller-client'],
  client: [
    'model',
    'config',
    'wire-protocol',
    'controller-client',
    'segment-client',
    'byte-client',
    'event-client',
    'synchronizer',
    'reader-group',
  ],
  conformance: [
    'model',
    'config',
    'wire-protocol',
    'controller-client',
    'segment-client',
    'byte-client',
    'event-client',
    'synchronizer',
    'reader-group',
    'client',
    'embedded-server',
  ],
}

const upward = Object.entries(FLOORS).map(([name, allowed]) => ({
  name: `floor-of-${name}`,
  comment: `${name} imports only: ${allowed.join(', ') || 'nothing of this project'}`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: {
    path: '^packages/[^/]+/|^(@pravega-ts/)|^apps/',
    pathNot: [`^packages/${name}/`, ...allowed.map(other => `^packages/${other}/|^@pravega-ts/${other}(/|$)`)],
  },
}))

module.exports = {
  forbidden: [
    ...upward,
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-deep-imports',
      comment: 'a package is reached by its entries, not by its files',
      severity: 'error',
      from: { path: '^(packages|apps)/' },
      to: { path: '^@pravega-ts/[^/]+/(src|dist)/' },
    },
    {
      name: 'grpc-at-one-seam',
      comment: 'gRPC libraries belong to controller-client and to the embedded controller',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: '^packages/(controller-client|embedded-server)/' },
      to: { path: '(^|node_modules/)(@grpc/grpc-js|@connectrpc/)' },
    },
    {
      name: 'sockets-outside',
      comment: 'protocol logic is pure: bytes in, events out',
      severity: 'error',
      from: { path: '^packages/wire-protocol/src/(commands|framing|codec)/' },
      to: { path: '^(node:)?(net|tls|http|https|dns|fs)$', dependencyTypes: ['core'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/|/src/generated/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: require('node:path').join(__dirname, 'tsconfig.base.json') },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
}
