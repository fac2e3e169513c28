namespace Hrm.SolverService.Tests;

/// <summary>A test in a real Chromium, run if <c>HRM_CHROMIUM</c> names its program; see <c>eng/test-browser.sh</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public const string Variable = "HRM_CHROMIUM";

    public BrowserFactAttribute()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)))
        {
            Skip = $"{Variable} does not name a Chromium";
        }
    }
}
