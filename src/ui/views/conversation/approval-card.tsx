import { useState } from 'react';
import type { Interaction, InteractionPrompt } from '../../../core/models/interaction.ts';
import type { Preview } from '../../../core/models/tool-call.ts';
import { Button } from '../../components/button.tsx';
import { Kbd } from '../../components/kbd.tsx';
import { Visible } from '../../components/visible.tsx';
import { duration } from '../../figures.ts';
import { folderName } from '../../stores/workspaces-store.ts';
import { AskCard, useAnswer } from './ask-card.tsx';
import { DiffCounts, DiffView } from './diff-view.tsx';
import { parseDiff, type ParsedDiff } from './parse-diff.ts';
import { Refusal } from './refusal.tsx';
import { say } from '../../words/say.ts';

interface ApprovalCardProps {
  readonly interaction: Interaction;
  readonly prompt: Extract<InteractionPrompt, { kind: 'approval' }>;
  readonly workspace: string;
  readonly isHere: boolean;
}

/** May this call run? Exactly what will happen, what it may touch, and the answers, always in the same order. */
export function ApprovalCard({ interaction, prompt, workspace, isHere }: ApprovalCardProps) {
  const { answer, isSending } = useAnswer(interaction);
  const [isRefusing, setRefusing] = useState(false);
  const { preview, pattern } = prompt;
  const diff = preview.kind === 'diff' ? parseDiff(preview.diff) : null;
  const allowOnce = () => answer({ kind: 'allow' });
  const forConversation = () => answer({ kind: 'allow', remember: { scope: 'conversation', pattern: pattern ?? null } });
  const always = () => answer({ kind: 'allow', remember: { scope: 'workspace', pattern: pattern ?? null } });
  const keys = isRefusing
    ? { escape: () => setRefusing(false) }
    : { enter: allowOnce, d: () => setRefusing(true), ...(pattern === undefined ? {} : { '2': forConversation, '3': always }) };
  return (
    <AskCard
      interaction={interaction}
      title={titleOf(prompt, workspace)}
      keys={keys}
      isHere={isHere}
      {...(diff && preview.kind === 'diff' ? { facts: <DiffFacts preview={preview} diff={diff} /> } : {})}
    >
      <PreviewView preview={preview} diff={diff} />
      {preview.kind === 'command' ? <Will preview={preview} workspace={workspace} /> : null}
      {prompt.reasons.length > 0 ? (
        <p className="says">
          <Visible text={prompt.reasons.join(' ')} />
        </p>
      ) : null}
      {!isHere ? null : isRefusing ? (
        <Refusal onBack={() => setRefusing(false)} onRefuse={(reason) => answer({ kind: 'deny', ...(reason ? { reason } : {}) })} />
      ) : (
        <footer>
          <Button look="main" disabled={isSending} onClick={allowOnce}>
            {say`Allow once`} <Kbd>↵</Kbd>
          </Button>
          {pattern === undefined ? null : (
            <>
              <Button disabled={isSending} onClick={forConversation}>
                {say`For this conversation`} <Kbd>2</Kbd>
              </Button>
              <Button disabled={isSending} onClick={always}>
                {say`Always:`}{' '}
                <span className="mono cut">
                  <Visible text={pattern} />
                </span>{' '}
                <Kbd>3</Kbd>
              </Button>
            </>
          )}
          <span className="grow" />
          <Button look="plain-harm" disabled={isSending} onClick={() => setRefusing(true)}>
            {say`Deny…`} <Kbd>D</Kbd>
          </Button>
        </footer>
      )}
    </AskCard>
  );
}

/** The question, as a title. What exactly will happen stands below it. */
function titleOf(prompt: ApprovalCardProps['prompt'], workspace: string): string {
  const place = folderName(workspace);
  switch (prompt.preview.kind) {
    case 'command':
      return say`Run a command in ${place}?`;
    case 'diff':
      return prompt.preview.creates ? say`Create one file in ${place}?` : say`Change one file in ${place}?`;
    case 'text':
      return prompt.title.replaceAll('`', '');
  }
}

function DiffFacts({ preview, diff }: { preview: Extract<Preview, { kind: 'diff' }>; diff: ParsedDiff }) {
  return (
    <span className="facts">
      <span className="mono">
        <Visible text={preview.path} />
      </span>
      <DiffCounts diff={diff} />
    </span>
  );
}

function PreviewView({ preview, diff }: { preview: Preview; diff: ParsedDiff | null }) {
  switch (preview.kind) {
    case 'command':
      return (
        <div className="command is-shell">
          <Visible text={preview.command} />
        </div>
      );
    case 'diff':
      return diff ? <DiffView diff={diff} name={preview.path} /> : <PlainPreview text={preview.diff} />;
    case 'text':
      return <PlainPreview text={preview.text} />;
  }
}

function PlainPreview({ text }: { text: string }) {
  return (
    <div className="command">
      <Visible text={text} />
    </div>
  );
}

function Will({ preview, workspace }: { preview: Extract<Preview, { kind: 'command' }>; workspace: string }) {
  const isInside = preview.directory === workspace || preview.directory.startsWith(`${workspace}/`);
  return (
    <dl className="will">
      <dt>{say`Where`}</dt>
      <dd className="mono">
        <Visible text={homeless(preview.directory)} />
      </dd>
      <dt>{say`May write`}</dt>
      <dd>{isInside ? say`this workspace` : say`that folder`}</dd>
      <dt>{say`Network`}</dt>
      <dd className={preview.network ? '' : 'is-closed'}>{preview.network ? say`open` : say`closed`}</dd>
      <dt>{say`Stops after`}</dt>
      <dd>{duration(preview.timeoutSeconds * 1_000)}</dd>
    </dl>
  );
}

/** `/home/ada/work` as `~/work`. */
function homeless(path: string): string {
  return path.replace(/^\/(?:home|Users)\/[^/]+(?=\/|$)/, '~');
}
