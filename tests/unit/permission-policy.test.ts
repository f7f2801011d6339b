import { describe, expect, it } from 'vitest';
import type { Rule } from '../../src/core/models/rule.ts';
import { matchGlob } from '../../src/core/tools/glob.ts';
import {
  canRemember,
  decide,
  matchCommand,
  suggestPattern,
  type PolicyCall,
  type PolicySituation,
} from '../../src/core/tools/permission-policy.ts';

const SITUATION: PolicySituation = { conversationId: 'c', workspace: '/work', rules: [], untrusted: false, planMode: false };

function rule(
  decision: Rule['decision'],
  tool: string,
  pattern: string | null = null,
  scope: Rule['scope'] = 'everywhere',
  scopeId: string | null = null,
): Rule {
  return { id: `${decision} ${tool}`, scope, scopeId, tool, pattern, decision, createdAt: 0 };
}

function command(...commands: string[][]): PolicyCall {
  return { tool: 'run_command', effect: 'unsafe', touches: { commands } };
}

const write = (path: string): PolicyCall => ({ tool: 'write_file', effect: 'unsafe', touches: { writes: [path] } });
const read: PolicyCall = { tool: 'read_file', effect: 'none', touches: { reads: ['/work/a'] } };

const kind = (call: PolicyCall, rules: readonly Rule[], change: Partial<PolicySituation> = {}) =>
  decide(call, { ...SITUATION, rules, ...change }).kind;

describe('the permission policy', () => {
  it('S1: lets reading go and asks for what is unsafe', () => {
    expect(kind(read, [])).toBe('allow');
    expect(kind(write('/work/a'), [])).toBe('ask');
    expect(kind(command(['ls']), [])).toBe('ask');
  });

  it('S1: lets a deny beat every allow, in whatever order and scope', () => {
    const rules = [
      rule('allow', 'write_file'),
      rule('deny', 'write_file', 'secret/**'),
      rule('allow', 'write_file', null, 'workspace', '/work'),
    ];
    expect(kind(write('/work/secret/a'), rules)).toBe('deny');
    expect(kind(write('/work/open/a'), rules)).toBe('allow');
    expect(kind(read, [rule('deny', 'read_file')])).toBe('deny');
    expect(kind(read, [rule('deny', '*')])).toBe('deny');
  });

  it('lets an ask beat an allow', () => {
    expect(kind(write('/work/a'), [rule('allow', 'write_file'), rule('ask', 'write_file')])).toBe('ask');
    expect(kind(read, [rule('ask', 'read_file')])).toBe('ask');
  });

  it('S2: matches every simple command of a line for allow, any for deny', () => {
    const rules = [rule('allow', 'run_command', 'git *')];
    expect(kind(command(['git', 'status']), rules)).toBe('allow');
    expect(kind(command(['git', 'status'], ['rm', '-rf', '.']), rules)).toBe('ask');
    expect(kind(command(['git', 'status'], ['curl', 'x']), [rule('allow', 'run_command'), rule('deny', 'run_command', 'curl *')])).toBe(
      'deny',
    );
  });

  it('S2: denies a program by its name also when its whole path is given', () => {
    const rules = [rule('allow', 'run_command'), rule('deny', 'run_command', 'rm *')];
    expect(kind(command(['/bin/rm', 'x']), rules)).toBe('deny');
    expect(kind(command(['/bin/../bin/rm', 'x']), rules)).toBe('deny');
    expect(kind(command(['/bin/ls', 'x']), rules)).toBe('allow');
    // An allow is held to what it says.
    expect(kind(command(['/tmp/git', 'status']), [rule('allow', 'run_command', 'git *')])).toBe('ask');
  });

  it('S2: asks for what could not be parsed, and for what the shell would only decide at run time', () => {
    const unparsed: PolicyCall = { tool: 'run_command', effect: 'unsafe', touches: { commands: null, mustAsk: ['It cannot be parsed.'] } };
    expect(kind(unparsed, [rule('allow', 'run_command')])).toBe('ask');
    expect(kind(unparsed, [rule('deny', 'run_command', 'rm *')])).toBe('deny');
    const substituted: PolicyCall = {
      tool: 'run_command',
      effect: 'unsafe',
      touches: { commands: [['echo', 'x']], mustAsk: ['A substitution.'] },
    };
    expect(kind(substituted, [rule('allow', 'run_command', 'echo *')])).toBe('ask');
  });

  it('S2: a command that also writes by redirection is not covered by a rule about words', () => {
    const call: PolicyCall = { tool: 'run_command', effect: 'unsafe', touches: { commands: [['echo', 'x']], writes: ['/work/a'] } };
    expect(kind(call, [rule('allow', 'run_command', 'echo *')])).toBe('ask');
  });

  it('S3: asks with untrusted words in the conversation, whatever was saved', () => {
    expect(kind(write('/work/a'), [rule('allow', 'write_file')], { untrusted: true })).toBe('ask');
    expect(kind(read, [], { untrusted: true })).toBe('allow');
  });

  it('S7: asks for the network even when the command is allowed', () => {
    const call: PolicyCall = { tool: 'run_command', effect: 'unsafe', touches: { commands: [['npm', 'install']], network: true } };
    expect(kind(call, [rule('allow', 'run_command')])).toBe('ask');
  });

  it('keeps a rule to its conversation or workspace', () => {
    expect(kind(write('/work/a'), [rule('allow', 'write_file', null, 'conversation', 'other')])).toBe('ask');
    expect(kind(write('/work/a'), [rule('allow', 'write_file', null, 'conversation', 'c')])).toBe('allow');
    expect(kind(write('/work/a'), [rule('allow', 'write_file', null, 'workspace', '/elsewhere')])).toBe('ask');
  });

  it('changes nothing in plan mode', () => {
    expect(kind(write('/work/a'), [rule('allow', 'write_file')], { planMode: true })).toBe('deny');
    expect(kind(read, [], { planMode: true })).toBe('allow');
  });

  it('offers a pattern only where a saved rule could apply', () => {
    expect(suggestPattern(command(['npm', 'run', 'test']), '/work')).toBe('npm run *');
    expect(suggestPattern(command(['ls', '-la']), '/work')).toBe('ls -la');
    expect(suggestPattern(command(['rm', 'a', 'b']), '/work')).toBe('rm a b');
    expect(suggestPattern(command(['ls', '*']), '/work')).toBeNull();
    expect(suggestPattern(command(['ls'], ['pwd']), '/work')).toBeNull();
    expect(suggestPattern(write('/work/docs/a.md'), '/work')).toBe('docs/**');
    expect(suggestPattern(write('/work/a.md'), '/work')).toBe('a.md');
    expect(canRemember(command(['ls']), { ...SITUATION, untrusted: true })).toBe(false);
    expect(canRemember(write('/work/docs/a.md'), SITUATION)).toBe(true);
  });

  it('S6: offers no pattern that reads as something else than it is', () => {
    for (const call of [write('/work/photo\u202Egnp.sh'), write('/work/d\u200bocs/a.md'), command(['rm\u00ad', 'a'])]) {
      expect(suggestPattern(call, '/work')).toBeNull();
      expect(canRemember(call, SITUATION)).toBe(false);
    }
    expect(canRemember(write('/work/docs/photo\u202Egnp.sh'), SITUATION)).toBe(false);
  });
});

describe('patterns', () => {
  it.each([
    ['npm run *', ['npm', 'run', 'test'], true],
    ['npm run *', ['npm', 'run'], true],
    ['npm run *', ['npm', 'install'], false],
    ['npm test', ['npm', 'test', '--', '-u'], false],
    ['git', ['git', 'push'], false],
    ['g*t status', ['git', 'status'], true],
    ['ls', ['ls; rm -rf /'], false],
  ] as const)('%s on %j: %s', (pattern, argv, expected) => {
    expect(matchCommand(pattern, argv)).toBe(expected);
  });

  it.each([
    ['docs/**', 'docs/a/b.md', true],
    ['docs/*', 'docs/a/b.md', false],
    ['*.md', 'a.md', true],
    ['*.md', 'docs/a.md', false],
    ['**/*.md', 'docs/a.md', true],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['docs/**', 'docsx/a', false],
    ['[a]', 'a', false],
  ])('%s on %s: %s', (pattern, path, expected) => {
    expect(matchGlob(pattern, path, { separator: '/' })).toBe(expected);
  });

  it('takes hostile patterns without blowing up', () => {
    const startedAt = performance.now();
    expect(matchGlob('*a'.repeat(60), 'a'.repeat(2_000) + 'b', { separator: null })).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('rules on addresses', () => {
  const reach = (...addresses: string[]): PolicyCall => ({ tool: 'fetch_page', effect: 'unsafe', touches: { network: true, addresses } });

  it('S1: the network asks by default, and a rule for every tool does not open it', () => {
    expect(decide(reach('https://docs.example.org/a'), SITUATION)).toEqual({ kind: 'ask', reasons: ['It wants the network.'] });
    expect(kind(reach('https://docs.example.org/a'), [rule('allow', '*')])).toBe('ask');
    expect(
      kind({ tool: 'run_command', effect: 'unsafe', touches: { commands: [['curl']], network: true } }, [rule('allow', 'run_command')]),
    ).toBe('ask');
  });

  it('S2: matches the host and the path of a parsed address, never a string', () => {
    const allows = (pattern: string | null, address: string) => kind(reach(address), [rule('allow', 'fetch_page', pattern)]) === 'allow';
    expect(allows(null, 'https://docs.example.org/')).toBe(true);
    expect(allows('docs.example.org', 'https://docs.example.org/a/b?c')).toBe(true);
    expect(allows('*.example.org', 'https://a.b.example.org/')).toBe(true);
    expect(allows('docs.example.org/3/**', 'https://docs.example.org/3/library/os.html')).toBe(true);
    for (const [pattern, address] of [
      ['docs.example.org', 'http://docs.example.org/'],
      ['docs.example.org', 'https://docs.example.org.evil.example/'],
      ['docs.example.org', 'https://evil.example/docs.example.org'],
      ['docs.example.org', 'https://evil.example/?https://docs.example.org/'],
      ['docs.example.org', 'https://docs.example.org:8443/'],
      ['*.example.org', 'https://example.org/'],
      ['*.example.org', 'https://evil.example/.example.org'],
      ['docs.example.org/3/*', 'https://docs.example.org/3/library/os.html'],
      ['docs.example.org/3/**', 'https://docs.example.org/2/'],
    ] as const) {
      expect(allows(pattern, address), `${pattern} ${address}`).toBe(false);
    }
    expect(allows('http://docs.example.org', 'http://docs.example.org/')).toBe(true);
    expect(kind(reach('https://docs.example.org/', 'https://evil.example/'), [rule('allow', 'fetch_page', 'docs.example.org')])).toBe(
      'ask',
    );
  });

  it('S1: a deny on a host beats every allow, with encryption or without', () => {
    const rules = [rule('allow', 'fetch_page'), rule('deny', 'fetch_page', '*.evil.example')];
    expect(kind(reach('https://a.evil.example/'), rules)).toBe('deny');
    expect(kind(reach('http://a.evil.example/'), rules)).toBe('deny');
    expect(kind(reach('https://good.example/'), rules)).toBe('allow');
  });

  it('offers the host as the pattern of "always", and none once words from outside are there', () => {
    const call = reach('https://docs.example.org/a');
    expect(suggestPattern(call, '/work')).toBe('docs.example.org');
    expect(suggestPattern(reach('http://docs.example.org/a'), '/work')).toBe('http://docs.example.org');
    expect(suggestPattern(reach('https://*.example.org/'), '/work')).toBeNull();
    expect(suggestPattern(reach('https://a.example/', 'https://b.example/'), '/work')).toBeNull();
    expect(canRemember(call, SITUATION)).toBe(true);
    expect(canRemember(call, { ...SITUATION, untrusted: true })).toBe(false);
  });

  it('S3: an unsafe call asks after words from outside; one that only asks a chosen service keeps its rule', () => {
    const untrusted = { untrusted: true };
    expect(kind(reach('https://docs.example.org/'), [rule('allow', 'fetch_page')], untrusted)).toBe('ask');
    const search: PolicyCall = {
      tool: 'search_web',
      effect: 'idempotent',
      touches: { network: true, addresses: ['https://api.example/search'] },
    };
    expect(kind(search, [rule('allow', 'search_web', 'api.example')], untrusted)).toBe('allow');
    expect(kind(search, [])).toBe('ask');
  });
});
