import { Fault } from '@tenantry/kernel';

/** What went wrong with a call to a model. */
export type ModelFaultKind =
  /** Nobody answered at the address. */
  | 'unreachable'
  /** It took too long, or was silent for too long. */
  | 'timeout'
  /** The answer broke off. */
  | 'cut'
  /** The answer is not what the dialect says. */
  | 'malformed'
  /** The provider has too much to do, or lets this account ask no more for now. */
  | 'overloaded'
  /** The provider failed. */
  | 'failed'
  /** The provider does not accept the key, or the account may not use the model. */
  | 'credentials'
  /** The provider does not know the model. */
  | 'unknown-model'
  /** The provider failed so often that it is left alone for a moment. */
  | 'resting'
  /** The provider does not accept the request. */
  | 'refused'
  /** The messages are longer than the model can read. */
  | 'too-long'
  /** Whoever asked has gone away. */
  | 'cancelled';

/** Kinds with which another try, or another provider, may do better. */
const PASSING: readonly ModelFaultKind[] = [
  ...(['unreachable', 'timeout', 'cut', 'malformed', 'overloaded', 'failed', 'resting'] as const),
];
/** Kinds with which this provider will not do better, but another may. */
const OF_PROVIDER: readonly ModelFaultKind[] = ['credentials', 'unknown-model'];
/** Kinds with which the same provider is not asked again at once: who has too much to do has more then. */
const PRESSED: readonly ModelFaultKind[] = ['overloaded', 'resting'];
/** Kinds after which the provider may have read the input, and so bill it. */
const SENT: readonly ModelFaultKind[] = ['timeout', 'cut', 'malformed', 'cancelled'];

/** A call to a model that did not work. Its message is for logs: providers put what was sent to them into theirs. */
export class ModelFault extends Error {
  override readonly name = 'ModelFault';

  constructor(
    readonly kind: ModelFaultKind,
    options: ErrorOptions & { readonly retryAfterS?: number } = {},
  ) {
    super(kind, options);
    this.retryAfterS = options.retryAfterS ?? null;
  }

  /** After how many seconds the provider wants to be asked again. */
  readonly retryAfterS: number | null;

  /** Whether the same call may work a moment later, or elsewhere. */
  get isPassing(): boolean {
    return PASSING.includes(this.kind);
  }

  /** Whether another model may be asked instead. */
  get mayWorkElsewhere(): boolean {
    return this.isPassing || OF_PROVIDER.includes(this.kind);
  }

  /** Whether the same model may be asked again at once. */
  get mayWorkAtOnce(): boolean {
    return this.isPassing && !PRESSED.includes(this.kind);
  }

  /** Whether the provider may bill the input. */
  get mayCost(): boolean {
    return SENT.includes(this.kind);
  }
}

const DETAILS: Readonly<Record<ModelFaultKind, string>> = {
  unreachable: 'The provider of the model could not be reached',
  timeout: 'The model took too long to answer',
  cut: 'The answer of the model broke off',
  malformed: 'The provider of the model gave an answer that makes no sense',
  overloaded: 'The provider of the model takes no more requests for now',
  failed: 'The provider of the model failed',
  credentials: 'The provider of the model does not accept the key that it was given; whoever set it must look at it',
  'unknown-model': 'The provider does not know this model; whoever offers it must look at its name there',
  resting: 'The provider of the model failed several times in a row, and is left alone for a moment',
  refused: 'The model does not accept this request; look at its messages, tools and limits',
  'too-long': 'The messages are longer than the model can read; send fewer or shorter ones',
  cancelled: 'The caller went away before the answer was ready',
};

/** What a caller is told. What the provider said stays in the log. */
export function faultOf(fault: ModelFault): Fault {
  const options = { detail: DETAILS[fault.kind], cause: fault };
  if (fault.kind === 'refused') return new Fault('model-refused', options);
  if (fault.kind === 'too-long') return new Fault('context-too-long', { ...options, field: 'messages' });
  if (fault.kind === 'cancelled') return new Fault('cancelled', options);
  return new Fault('model-unavailable', { ...options, retryAfterS: fault.retryAfterS ?? 1 });
}
