namespace Hrm.Fuzz;

/// <summary>A parser under attack: what a sound input of it is, and what reading one means.</summary>
internal abstract class FuzzTarget : IDisposable
{
    /// <summary>Sound inputs, which the mutations start from.</summary>
    public abstract IReadOnlyList<FuzzSeed> Seeds { get; }

    /// <summary>Pieces of the format, put in anywhere.</summary>
    public virtual IReadOnlyList<string> Tokens => [];

    /// <summary>Bytes that reading may allocate, besides 64 for each byte of the input.</summary>
    public virtual long Allowance => 64L << 20;

    /// <summary>Puts right what only guards against accidents, as somebody who means harm would. Sums, for instance.</summary>
    /// <param name="files">The input's files.</param>
    public virtual void Repair(Dictionary<string, byte[]> files)
    {
    }

    /// <summary>Reads all of an input and checks what came of it.</summary>
    /// <param name="folder">The input's folder.</param>
    /// <exception cref="HrmException">The input is refused.</exception>
    /// <exception cref="UnexpectedResultException">What came of it is not what the parser promises.</exception>
    public abstract void Read(string folder);

    public void Dispose() => Release();

    /// <summary>Gives back what the target holds.</summary>
    protected virtual void Release()
    {
    }

    /// <summary>Fails unless a promise of the parser holds.</summary>
    protected static void Require(bool holds, string promise)
    {
        if (!holds)
        {
            throw new UnexpectedResultException(promise);
        }
    }
}
