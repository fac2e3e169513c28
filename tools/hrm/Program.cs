using Hrm.Tool;

return await CommandLine.RunAsync(LabCommand.Create(), args);
