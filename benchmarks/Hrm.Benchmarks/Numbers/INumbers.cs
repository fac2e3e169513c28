namespace Hrm.Benchmarks.Numbers;

/// <summary>Measures some rows of the table.</summary>
internal interface INumbers
{
    /// <summary>The name by which a run can ask for these rows alone.</summary>
    string Name { get; }

    /// <summary>Measures; a row at a time, so that what is done can be shown.</summary>
    /// <exception cref="HrmException">A case cannot be measured.</exception>
    IEnumerable<NumberRow> Measure(NumberSettings settings);
}
