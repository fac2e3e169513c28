namespace Hrm.Benchmarks.Numbers;

/// <summary>The row that tests hold: a number here would be another one than theirs.</summary>
internal sealed class ParityNumbers : INumbers
{
    public string Name => "parity";

    public IEnumerable<NumberRow> Measure(NumberSettings settings) =>
    [
        new("parity with the recorded numbers", Measured: null)
        {
            Note = "held by the tests: `dotnet test -c Release -m:1 --filter Category=Golden`, tolerances in `tests/golden/README.md`",
        },
    ];
}
