/** Imports point one way: functions → app → usecases → domain ← adapters. */
const forbid = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });

module.exports = {
  forbidden: [
    forbid('no-cycles', {}, { circular: true }, 'A cycle has no first half to understand.'),
    forbid(
      'domain-is-pure',
      { path: '^src/lib/domain' },
      { pathNot: '^src/lib/domain|^infra/lighthouse/.*\\.json$|node_modules/zod' },
      'The domain imports nothing but itself, zod, and the templates it hands out.',
    ),
    forbid(
      'usecases-see-domain-only',
      { path: '^src/lib/usecases' },
      { pathNot: '^src/lib/(domain|usecases)|node_modules/p-limit' },
      'Use cases speak to the world through ports.',
    ),
    forbid(
      'adapters-see-domain-only',
      { path: '^src/lib/adapters/([^/]+)' },
      { path: '^src|^local|^test|^cli', pathNot: '^src/lib/domain|^src/lib/adapters/$1' },
      'An adapter knows the domain and its own technology.',
    ),
    forbid(
      'functions-see-app',
      { path: '^src/functions' },
      { path: '^src/lib', pathNot: '^src/lib/(app|api|domain)' },
      'A function translates; the app is composed elsewhere.',
    ),
    forbid(
      'what-answers-registers-nothing',
      { path: '^src/(functions/(late|api/|dashboard/)|lib/)' },
      {
        path: '^src/functions/[^/]+\\.ts$|node_modules/@azure/functions/',
        dependencyTypesNot: ['type-only'],
      },
      'It is loaded late, as a bundle of its own: it would register everything once more, with nobody.',
    ),
    forbid(
      'what-registers-loads-late',
      { path: '^src/functions/[^/]+\\.ts$', pathNot: '^src/functions/late\\.ts$' },
      {
        path: '^src/(lib/(app|api|usecases|adapters)|functions/(late|api/(?!paths)|dashboard/))|node_modules/(zod|@azure/(?!functions/))',
        dependencyTypesNot: ['type-only', 'dynamic-import'],
      },
      'Functions are known to the host before anything heavy is read.',
    ),
    forbid(
      'contract-is-pure',
      { path: '^src/functions/api/contract' },
      { pathNot: '^src/functions/api/contract|^src/lib/domain|node_modules/zod' },
      'What clients take their types from says nothing of how it is carried out.',
    ),
    forbid(
      'clients-see-contract-types',
      { path: '^(cli|web)' },
      { path: '^src', pathNot: '^src/functions/api/contract|^src/lib/app' },
      'A client knows the API as it is published.',
    ),
    forbid(
      'clients-see-types-only',
      { path: '^(cli|web)' },
      { path: '^src/functions', dependencyTypesNot: ['type-only'] },
      'As above.',
    ),
    forbid(
      'src-ignores-local',
      { path: '^src' },
      { path: '^(local|test|cli|web|bench)' },
      'The product knows no test bed.',
    ),
    forbid(
      'local-sees-domain-types',
      { path: '^local' },
      { path: '^src', dependencyTypesNot: ['type-only'] },
      'The local stack may know the domain’s types, nothing else.',
    ),
    forbid(
      'local-sees-only-domain',
      { path: '^local' },
      { path: '^src', pathNot: '^src/lib/domain' },
      'As above.',
    ),
    forbid(
      'no-orphans',
      { orphan: true, path: '^(src|local|cli|web)/', pathNot: '^web/vite\\.config\\.ts$' },
      {},
      'Nobody imports it.',
    ),
    forbid('resolvable', {}, { couldNotResolve: true }, 'Every import must resolve.'),
    forbid(
      'no-dev-deps-in-product',
      { path: '^src' },
      { dependencyTypes: ['npm-dev'], pathNot: 'node_modules/@types' },
      'The bundle is made of dependencies.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
