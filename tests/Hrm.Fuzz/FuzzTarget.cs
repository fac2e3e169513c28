namespace Hrm.Fuzz;

/// <summary>A parser under test: valid inputs to mutate, and how an input is read.</summary>
internal sealed class FuzzTarget : IDisposable
{
    /// <summary>Valid inputs that the mutations start from.</summary>
    public required IReadOnlyList<FuzzSeed> Seeds { get; init; }

    /// <summary>Pieces of the format, inserted anywhere.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];

    /// <summary>Bytes that reading may allocate, besides 64 per byte of the input.</summary>
    public long Allowance { get; init; } = 64L << 20;

    /// <summary>Corrects checksums and other protection against accidents, as an attacker would.</summary>
    public Action<Dictionary<string, byte[]>> Repair { get; init; } = _ => { };

    /// <summary>
    /// Reads the whole input in a folder and checks the result. A refused input is an <see cref="HrmException"/>, a broken promise of the
    /// parser an <see cref="UnexpectedResultException"/>.
    /// </summary>
    public required Action<string> Read { get; init; }

    /// <summary>Resources of the target, in the order in which they are disposed.</summary>
    public IReadOnlyList<IDisposable> Owned { get; init; } = [];

    /// <summary>A target that reads one file.</summary>
    public static FuzzTarget OfFile(string name, IReadOnlyList<FuzzSeed> seeds, IReadOnlyList<string> tokens, Action<string> read)
        => new() { Seeds = seeds, Tokens = tokens, Read = folder => read(Path.Combine(folder, name)) };

    /// <summary>Fails unless a promise of the parser holds.</summary>
    public static void Require(bool holds, string promise)
    {
        if (!holds)
        {
            throw new UnexpectedResultException(promise);
        }
    }

    public void Dispose()
    {
        foreach (var resource in Owned)
        {
            resource.Dispose();
        }
    }
}

/// <summary>A parser accepted an input and broke a promise about the result.</summary>
internal sealed class UnexpectedResultException(string promise) : Exception($"broken promise: {promise}");

/// <summary>The service answered with problem details.</summary>
internal sealed class RefusedRequestException(int status) : HrmException(FormattableString.Invariant($"status {status}"));
