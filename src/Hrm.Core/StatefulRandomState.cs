namespace Hrm.Core;

/// <summary>The whole state of a <see cref="StatefulRandom"/>: plain numbers, to be stored with a training.</summary>
/// <param name="Seed">The seed, from which <see cref="StatefulRandom.Split"/> derives.</param>
/// <param name="S0">The first word of the generator's state.</param>
/// <param name="S1">The second word.</param>
/// <param name="S2">The third word.</param>
/// <param name="S3">The fourth word.</param>
public readonly record struct StatefulRandomState(ulong Seed, ulong S0, ulong S1, ulong S2, ulong S3)
{
    /// <summary>Whether a generator can have this state: from four zeros only zeros would follow.</summary>
    public bool IsValid => (S0 | S1 | S2 | S3) != 0;
}
