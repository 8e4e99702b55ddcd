import { useState, type FormEvent, type ReactElement, type ReactNode } from 'react';
import { Button, Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { Input, OperationName, Output } from '../api/call.js';
import { useAct } from '../api/use-api.js';
import { useAnnounce } from './announce.js';
import { Field, valuesOf, type FieldSpec } from './fields.js';
import { ProblemNote } from './problem-note.js';

/** Something that staff can do, as data: its button, its form and its operation. */
export interface Action<N extends OperationName = OperationName> {
  readonly operation: N;
  readonly label: string;
  /** What it does and whom it reaches, before it is done. */
  readonly explains: ReactNode;
  readonly fields: readonly FieldSpec[];
  /** What is said when it is done. */
  readonly done: string;
  readonly isDangerous?: boolean;
  readonly isMain?: boolean;
  /** Makes the operation's input of what was filled in, where the two differ. */
  readonly inputOf?: (values: Readonly<Record<string, string | boolean>>) => object;
}

interface ActionDialogProps<N extends OperationName> {
  readonly action: Action<N>;
  /** What the form does not ask: what it is about. */
  readonly input: object;
  readonly onDone?: (answer: Output<N>) => void;
}

/** A button that opens what it is going to do, and does it once that is confirmed. */
export function ActionDialog<N extends OperationName>({ action, input, onDone }: ActionDialogProps<N>): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const { label, isDangerous, isMain } = action;
  const tone = isDangerous ? 'danger' : isMain ? 'main' : 'quiet';
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button className={tone}>{label}</Button>
      <ModalOverlay className="overlay" isDismissable>
        <Modal className="modal">
          <Dialog>
            <ActionForm action={action} input={input} onDone={onDone} close={() => setOpen(false)} />
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

function ActionForm<N extends OperationName>({
  action: { operation, label, explains, fields, done, isDangerous, inputOf = (values) => values },
  input,
  onDone,
  close,
}: ActionDialogProps<N> & { readonly close: () => void }): ReactElement {
  const act = useAct(operation);
  const announce = useAnnounce();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = { ...input, ...inputOf(valuesOf(event.currentTarget, fields)) } as Input<N>;
    act.mutate(given, {
      onSuccess: (answer) => {
        close();
        announce(done);
        onDone?.(answer);
      },
    });
  };
  return (
    <form onSubmit={submit}>
      <Heading slot="title">{label}</Heading>
      <div className="explains">{explains}</div>
      {fields.map((spec) => (
        <Field key={spec.name} spec={spec} />
      ))}
      <ProblemNote error={act.error} about="This was not done" />
      <div className="buttons">
        <button type="submit" className={isDangerous ? 'danger' : 'main'} disabled={act.isPending}>
          {act.isPending ? 'Working…' : label}
        </button>
        <button type="button" className="quiet" onClick={close}>
          Cancel
        </button>
      </div>
    </form>
  );
}
