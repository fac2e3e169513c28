namespace Hrm.Core.Tests;

/// <summary>A policy from a function.</summary>
internal sealed class ScriptedHalting(Func<SegmentState, HaltReason> decide) : IHaltingPolicy
{
    public HaltReason Decide(in SegmentState state) => decide(state);
}
