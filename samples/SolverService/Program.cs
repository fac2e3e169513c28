using System.Globalization;
using System.Net.Sockets;
using Hrm;
using Hrm.Core;
using Hrm.Samples.SolverService;
using Microsoft.Extensions.Options;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (ServiceArguments.AsksForHelp(args))
{
    Console.WriteLine(ServiceArguments.Help);
    return 0;
}

try
{
    await using var app = ServiceApplication.Create(args);
    await app.StartAsync();
    Console.WriteLine($"Serving {app.Services.GetRequiredService<ServedPuzzle>()} at {string.Join(" and ", app.Urls)}; Ctrl+C stops.");
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception error) when (error is InvalidConfigException or OptionsValidationException or FormatException or InvalidOperationException or ArgumentException or InvalidDataException)
{
    // ArgumentException is also an argument of the command line that is not valid; the last three come from Kestrel and the configuration.
    return Fail(error, 2);
}
catch (Exception error) when (error is HrmException or IOException or SocketException or UnauthorizedAccessException)
{
    return Fail(error, 1);
}

static int Fail(Exception error, int code)
{
    Console.Error.WriteLine($"error: {error.Message.ReplaceLineEndings(" ")}");
    return code;
}
