using Spectre.Console;

namespace Hrm.Tool;

/// <summary>A line whenever another tenth of the puzzles is done.</summary>
internal sealed class CountLines(IAnsiConsole console, int count) : IProgress<int>
{
    private int _tenths;

    public void Report(int value)
    {
        var tenths = (int)(10L * value / count);
        if (tenths > _tenths)
        {
            _tenths = tenths;
            console.WriteLine($"{value:N0} of {count:N0} puzzles");
        }
    }
}
