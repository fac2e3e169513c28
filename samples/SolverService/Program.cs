using System.Globalization;
using System.Net.Sockets;
using Hrm;
using Hrm.Samples.SolverService;
using Microsoft.Extensions.Options;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    await using var app = ServiceApplication.Create(args);
    await app.StartAsync();
    Console.WriteLine($"Serving {app.Services.GetRequiredService<IServedPuzzle>()} at {string.Join(" and ", app.Urls)}; Ctrl+C stops.");
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception error) when (error is HrmException or OptionsValidationException or IOException or SocketException or FormatException or InvalidOperationException)
{
    Console.Error.WriteLine($"error: {error.Message}");
    return 1;
}
