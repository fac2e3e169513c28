namespace Hrm.Core;

/// <summary>The parts of a combination of policies.</summary>
internal static class HaltingPolicies
{
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
