const stuck: AsyncDisposable = { [Symbol.asyncDispose]: () => Promise.reject(new Error('it is stuck')) };

async function work(resource: AsyncDisposable): Promise<never> {
  await using held = resource;
  throw new Error(`nothing works with ${typeof held}`);
}

describe('Work that fails with a resource that can not be closed', () => {
  it('tells both errors', async () => {
    const both = 'Error: nothing works with object; and while it was closed: Error: it is stuck';
    await expect(work(stuck)).rejects.toThrow(both);
  });
});
