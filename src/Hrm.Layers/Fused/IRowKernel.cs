namespace Hrm.Layers;

/// <summary>Work on rows that do not depend on each other.</summary>
internal interface IRowKernel
{
    /// <summary>Works on the rows from <paramref name="begin"/> to before <paramref name="end"/>; called by several threads at once.</summary>
    void Run(long begin, long end);
}
