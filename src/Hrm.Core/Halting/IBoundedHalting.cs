namespace Hrm.Core;

/// <summary>A policy that can be the same with another maximum.</summary>
internal interface IBoundedHalting : IHaltingPolicy
{
    /// <summary>The policy with another maximum; what else it asks for stays as it is, as far as that maximum allows.</summary>
    IHaltingPolicy WithMaximum(int maxSegments);
}
