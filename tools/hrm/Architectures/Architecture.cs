namespace Hrm.Tool;

/// <summary>What a run trains: the model of the paper, or one that it is compared with. All are compositions of the library's modules.</summary>
public enum Architecture
{
    /// <summary>Two modules, H and L, as the config has them.</summary>
    Hrm,

    /// <summary>One module in both places, with the layers of L: half the parameters in the blocks (TRM, arXiv 2510.04871).</summary>
    Shared,

    /// <summary>
    /// z ← f(z + x) with the layers of H and L in one module, as often as the two are updated together: the same parameters and the same number of
    /// updates, without a hierarchy.
    /// </summary>
    Recurrent,

    /// <summary>f(z + x) once: the same parameters, no recurrence. With one segment it is direct prediction.</summary>
    Direct,
}
