namespace Hrm.Core;

/// <summary>What combinations of policies need of their parts.</summary>
internal static class HaltingPolicies
{
    /// <summary>A policy with another maximum than its own.</summary>
    public static IHaltingPolicy WithMaximum(IHaltingPolicy policy, int maxSegments)
        => policy is IBoundedHalting bounded ? bounded.WithMaximum(maxSegments) : new ExtendedHalting(policy, maxSegments);

    /// <summary>A copy that nobody else can change.</summary>
    public static IHaltingPolicy[] Copy(IReadOnlyList<IHaltingPolicy> policies)
    {
        ArgumentNullException.ThrowIfNull(policies);
        if (policies.Count == 0)
        {
            throw new ArgumentException("expected at least one policy, got none", nameof(policies));
        }

        if (policies.Contains(null!))
        {
            throw new ArgumentException("expected policies, got null among them", nameof(policies));
        }

        return [.. policies];
    }
}
