import { useState, type ChangeEvent, type FormEvent, type ReactElement } from 'react';
import { useAct } from '../api/use-api.js';
import { useAnnounce } from '../ui/announce.js';
import { ProblemNote } from '../ui/problem-note.js';

/** Takes the roster of the tenant's people, as a file, and has the review compared with it. */
export function RosterForm({ reviewId }: { readonly reviewId: string }): ReactElement {
  const [file, setFile] = useState<File | null>(null);
  const act = useAct('compareAccessRoster');
  const announce = useAnnounce();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void file?.text().then((csv) =>
      act.mutate(
        { reviewId, csv },
        {
          onSuccess: ({ progress: { findings } }) =>
            announce(`Compared: ${findings === 1 ? '1 access is' : `${findings} accesses are`} remarkable`),
        },
      ),
    );
  };
  const choose = ({ target }: ChangeEvent<HTMLInputElement>): void => setFile(target.files?.[0] ?? null);
  return (
    <form className="assign" onSubmit={submit} aria-label="Compare with a roster">
      <label>
        <span>Roster of your people (CSV with email, and status and role if there are)</span>
        <input type="file" accept=".csv,text/csv" onChange={choose} required />
      </label>
      <button type="submit" className="quiet" disabled={!file || act.isPending}>
        {act.isPending ? 'Comparing…' : 'Compare'}
      </button>
      <ProblemNote error={act.error} about="The roster was not compared" />
    </form>
  );
}
