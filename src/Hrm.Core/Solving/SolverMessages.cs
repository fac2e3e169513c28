using Microsoft.Extensions.Logging;

namespace Hrm.Core;

/// <summary>What a solver tells a logger.</summary>
internal static partial class SolverMessages
{
    [LoggerMessage(1, LogLevel.Information, "Loaded the model of {Folder} in {Milliseconds:F0} ms: {Parameters} parameters on {Device}")]
    public static partial void Loaded(this ILogger logger, string folder, double milliseconds, long parameters, string device);

    [LoggerMessage(2, LogLevel.Debug, "Refused a puzzle: {Problem}")]
    public static partial void Rejected(this ILogger logger, string problem);

    [LoggerMessage(3, LogLevel.Error, "A puzzle could not be solved")]
    public static partial void Failed(this ILogger logger, Exception error);
}
